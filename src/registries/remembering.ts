import { type Descriptor, gathered, isDigest, type Manifest, type RegistryClient, WholeStream } from "../oci/index.ts";
import { createKept } from "./kept.ts";

/** Configs of images are small; what calls itself one and is not is read like any blob. */
const LARGEST_CONFIG = 256 * 1024;
const CONFIG = /^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;
/** Of each kind, in all: a run of thousands of images keeps what some thousand of them have. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The client, which reads manifests and configs of images once: what a lock is written from is not asked for again
 * when the image is copied, and on Docker Hub each manifest is a pull. A tag is asked for each time, since it may move.
 */
export function remembering(client: RegistryClient): RegistryClient {
  const manifests = createKept<Manifest>(MOST_BYTES, ({ bytes }) => bytes.length);
  const configs = createKept<Buffer>(MOST_BYTES, (bytes) => bytes.length);

  const config = (repository: string, blob: Descriptor, signal: AbortSignal): Promise<Buffer> =>
    configs.once(blob.digest, async () => gathered(await client.openBlob(repository, blob, signal)), signal);

  const from = client.openBlobFrom;
  const isSmall = ({ mediaType, size }: Descriptor): boolean => CONFIG.test(mediaType) && size <= LARGEST_CONFIG;

  return {
    ...client,
    getManifest: async (repository, reference, signal) => {
      const ask = () => client.getManifest(repository, reference, signal);
      if (isDigest(reference)) return manifests.once(`${repository}@${reference}`, ask, signal);
      const manifest = await ask();
      manifests.add(`${repository}@${manifest.digest}`, manifest);
      return manifest;
    },
    openBlob: async (repository, blob, signal) =>
      isSmall(blob)
        ? new WholeStream(await config(repository, blob, signal))
        : client.openBlob(repository, blob, signal),
    ...(from === undefined
      ? {}
      : {
          openBlobFrom: async (repository, blob, at, signal) =>
            isSmall(blob)
              ? new WholeStream((await config(repository, blob, signal)).subarray(at))
              : from(repository, blob, at, signal),
        }),
  };
}
