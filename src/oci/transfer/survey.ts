import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { CopyRequest } from "./request.ts";
import type { TargetMemory } from "./target-memory.ts";

/** Bytes of the blobs that would have to be sent to a target. */
export type MissingBytes = (
  blobs: readonly Descriptor[],
  to: CopyRequest["to"],
  signal: AbortSignal,
) => Promise<number>;

/** Each blob is asked for, and counted, once per registry: the images that need it later will mount it. */
export function createSurveyor(memory: TargetMemory): MissingBytes {
  const asked = new Set<string>();
  return async (blobs, { registry, repository }, signal) => {
    const missing = async ({ digest, size }: { digest: Digest; size: number }): Promise<number> => {
      const key = `${registry.name} ${digest}`;
      if (asked.has(key) || memory.holder(registry.name, digest) !== undefined) return 0;
      asked.add(key);
      try {
        return (await registry.hasBlob(repository, digest, signal)) ? 0 : size;
      } catch (error) {
        asked.delete(key);
        throw error;
      }
    };
    const sizes = await Promise.all(blobs.map(missing));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
}
