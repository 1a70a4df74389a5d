import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Descriptor, type Digest, isDigest, type Manifest, type RegistryClient } from "../oci/index.ts";

/** Configs of images are small; what calls itself one and is not is read like any blob. */
const LARGEST_CONFIG = 256 * 1024;
const CONFIG = /^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;

/**
 * The client, which reads manifests by digest and configs of images once: what a lock is written from is not asked
 * for again when the image is copied, and on Docker Hub each manifest is a pull. What failed is asked for again.
 */
export function remembering(client: RegistryClient): RegistryClient {
  const manifests = new Map<string, Promise<Manifest>>();
  const configs = new Map<Digest, Promise<Buffer>>();

  const config = (repository: string, blob: Descriptor, signal: AbortSignal): Promise<Buffer> =>
    once(configs, blob.digest, async () => buffer(await client.openBlob(repository, blob, signal)), signal);

  const from = client.openBlobFrom;
  const isSmall = ({ mediaType, size }: Descriptor): boolean => CONFIG.test(mediaType) && size <= LARGEST_CONFIG;

  return {
    ...client,
    getManifest: (repository, reference, signal) => {
      if (!isDigest(reference)) return client.getManifest(repository, reference, signal);
      const ask = () => client.getManifest(repository, reference, signal);
      return once(manifests, `${repository}@${reference}`, ask, signal);
    },
    openBlob: async (repository, blob, signal) =>
      isSmall(blob) ? streamOf(await config(repository, blob, signal), 0) : client.openBlob(repository, blob, signal),
    ...(from === undefined
      ? {}
      : {
          openBlobFrom: async (repository, blob, at, signal) =>
            isSmall(blob) ? streamOf(await config(repository, blob, signal), at) : from(repository, blob, at, signal),
        }),
  };
}

function streamOf(bytes: Buffer, from: number): Readable {
  return Readable.from(from < bytes.length ? [bytes.subarray(from)] : [], { objectMode: false });
}

async function once<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  ask: () => Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const pending = known.get(key);
  if (pending !== undefined) {
    try {
      return await pending;
    } catch (error) {
      // Whoever asked first may have been cancelled; we were not.
      if (signal.aborted || known.get(key) !== pending) throw error;
    }
  }
  const asked = ask();
  known.set(key, asked);
  asked.catch(() => {
    if (known.get(key) === asked) known.delete(key);
  });
  return asked;
}
