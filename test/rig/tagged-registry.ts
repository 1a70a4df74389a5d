import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleImage, createRegistry, createTransfer, serveLayout } from "../../src/oci/index.ts";

export interface TaggedRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Ends it, and removes what it served. */
  stop(): Promise<void>;
}

/** A registry on loopback that has small images under tags: one for each tag, the same in every repository. */
export async function serveTags(repositories: readonly string[], tags: readonly string[]): Promise<TaggedRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-tags-"));
  const served = await serveLayout({ folder, listen: { host: "127.0.0.1", port: 0 } });
  const client = createRegistry({ host: served.host });
  const idle = new AbortController().signal;
  for (const tag of tags) {
    const files = [{ path: "tag", source: Buffer.from(tag) }];
    const image = await assembleImage({ name: "app", files, platforms: ["linux/amd64"] }, idle);
    for (const repository of repositories) {
      await createTransfer().copy({
        from: { source: image, repository: "app", digest: image.digest },
        to: { registry: client, repository, tag },
        platforms: "all",
        tags: "mutable",
        stopping: idle,
        killed: idle,
      });
    }
  }
  client.close();
  return {
    host: served.host,
    stop: async () => {
      await served.close();
      await rm(folder, { recursive: true });
    },
  };
}
