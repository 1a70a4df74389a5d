import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { BuildCommands } from "../../builds/index.ts";
import { Failed, type Place } from "../../failure/index.ts";
import { type Digest, isDigest, type Layout, type Manifest, openLayout, storeImage } from "../../oci/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";

/** Where the result of a build goes. */
interface Into {
  /** Its name in the config, and its repository in the layout. */
  readonly image: string;
  readonly layout: Layout;
  readonly scratch: string;
  readonly place: Place;
}

/** Takes what a builder has given over into the layout of builds, every byte verified. Throws `Failed` (`build/no-result`). */
export async function importResult(
  { form, path }: BuildCommands["result"],
  into: Into,
  signal: AbortSignal,
): Promise<Manifest> {
  const folder = form === "folder" ? path : await unpacked(path, join(into.scratch, "image"), signal);
  const digest = await onlyManifest(folder);
  if (digest === undefined) throw noResult(path, into);
  const given = await openLayout(folder);
  for (const repository of given.repositories()) {
    if ((await given.resolve(repository, digest)) === undefined) continue;
    const as = { repository: into.image, tags: [] };
    await storeImage(into.layout, { from: given, repository, reference: digest, as }, signal);
    return into.layout.getManifest(into.image, digest, signal);
  }
  throw noResult(path, into);
}

async function unpacked(tar: string, folder: string, signal: AbortSignal): Promise<string> {
  const { unpackTar } = await import("modern-tar/fs");
  await pipeline(createReadStream(tar), unpackTar(folder), { signal });
  return folder;
}

/** What the index.json of a layout names first; undefined where the folder is no layout (image-spec, image-layout.md). */
async function onlyManifest(folder: string): Promise<Digest | undefined> {
  const text = await unlessMissing(readFile(join(folder, "index.json"), "utf8"));
  if (text === undefined) return undefined;
  const { manifests = [] } = JSON.parse(text) as { manifests?: readonly { readonly digest?: string }[] };
  const digest = manifests[0]?.digest;
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}

function noResult(path: string, { image, place }: Into): Failed {
  return new Failed({
    code: "build/no-result",
    class: "permanent",
    message: `The builder of ${image} has left no image layout at ${path}`,
    hint: "docker writes one since version 25; choose another builder with builder: podman or buildah",
    place,
  });
}
