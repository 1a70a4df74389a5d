import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failed } from "../failure/index.ts";

/** A file of a bundle. */
export interface BundleFile {
  /** Where it is in the image: `manifests/operator.clusterserviceversion.yaml`. */
  readonly path: string;
  /** Absolute path on disk, or where it would be if it were not made here. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What stands on disk where `bytes` say more; empty where nothing does. Places are told in it. */
  readonly onDisk?: Uint8Array;
}

/** The files of a folder, at any depth, as they will stand below `to` in the image. */
export async function filesBelow(folder: string, to: string): Promise<readonly BundleFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw noFolder(folder, error);
  });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (file) => ({
      path: join(to, file.slice(folder.length).replace(/^[\\/]+/, "")).replaceAll("\\", "/"),
      file,
      bytes: await readFile(file),
    })),
  );
}

/** True for a file that holds a manifest; anything else in the folder is carried along as it is. */
export const isManifest = ({ path }: { readonly path: string }): boolean =>
  /^manifests\/.*\.(?:ya?ml|json)$/.test(path);

/** A file that says something else than it does on disk. */
export const withText = (file: BundleFile, text: string): BundleFile => ({
  ...file,
  onDisk: file.onDisk ?? file.bytes,
  bytes: Buffer.from(text),
});

export const textOf = ({ bytes }: BundleFile): string => Buffer.from(bytes).toString("utf8");

function noFolder(folder: string, cause: unknown): Failed {
  return new Failed(
    {
      code: "bundle/no-folder",
      class: "usage",
      message: `The bundle's folder ${folder} cannot be read`,
      hint: "Correct the path, or make the folder with operator-sdk generate bundle",
    },
    { cause },
  );
}
