import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Small images under many tags, written into the folder of a docker-registry as it stores them itself. */
export interface TaggedRepository {
  readonly repository: string;
  readonly tags: readonly string[];
}

const OCI = "application/vnd.oci.image.manifest.v1+json";
const LAYER = Buffer.from("a layer that all of them share");
const CONFIG = Buffer.from(
  JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [] } }),
);

/** What a tag stands at; the same bytes whenever it is asked for. */
export function manifestOf(repository: string, tag: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(CONFIG), size: CONFIG.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: sha256(LAYER), size: LAYER.length }],
      annotations: { "org.opencontainers.image.ref.name": `${repository}:${tag}` },
    }),
  );
}

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Stores each tag at a manifest of its own: thousands of them by pushing would take minutes. */
export async function storeTags(folder: string, repositories: readonly TaggedRepository[]): Promise<void> {
  for (const { repository, tags } of repositories) {
    const store = storeAt(folder, repository);
    for (const blob of [CONFIG, LAYER]) await store.layer(blob);
    await Promise.all(tags.map((tag) => store.tag(tag, manifestOf(repository, tag))));
  }
}

/** Moves a tag to another manifest. */
export const moveTag = (folder: string, repository: string, tag: string): Promise<void> =>
  storeAt(folder, repository).tag(tag, manifestOf(repository, `${tag}, moved`));

/** The file system driver's layout (distribution, registry/storage/paths.go). */
function storeAt(folder: string, repository: string) {
  const root = join(folder, "docker/registry/v2");
  const write = async (path: string, content: Buffer | string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  const hexOf = (digest: string): string => digest.slice("sha256:".length);
  const blob = async (content: Buffer): Promise<string> => {
    const hex = hexOf(sha256(content));
    await write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, content);
    return hex;
  };
  return {
    layer: async (content: Buffer): Promise<void> => {
      const hex = await blob(content);
      await write(`repositories/${repository}/_layers/sha256/${hex}/link`, `sha256:${hex}`);
    },
    tag: async (tag: string, manifest: Buffer): Promise<void> => {
      const hex = await blob(manifest);
      const manifests = `repositories/${repository}/_manifests`;
      await write(`${manifests}/revisions/sha256/${hex}/link`, `sha256:${hex}`);
      await write(`${manifests}/tags/${tag}/index/sha256/${hex}/link`, `sha256:${hex}`);
      await write(`${manifests}/tags/${tag}/current/link`, `sha256:${hex}`);
    },
  };
}
