import { type Digest, isDigest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { Blobs } from "./blobs.ts";
import type { Catalogue } from "./catalogue.ts";
import type { rememberedContents } from "./contents.ts";

/** What a collection of garbage removed. */
export interface Collected {
  readonly blobs: number;
  readonly bytes: number;
}

/** A push sends blobs first and what refers to them last: what is younger may be waiting for that. */
const GRACE_MS = 60 * 60 * 1000;

interface Garbage {
  readonly catalogue: Catalogue;
  readonly blobs: Pick<Blobs, "list" | "remove">;
  readonly contents: Pick<ReturnType<typeof rememberedContents>, "of">;
  readonly now: number;
}

/** Removes the blobs of a layout that are not reached from its index and are older than an hour. */
export async function collectGarbage({ catalogue, blobs, contents, now }: Garbage): Promise<Collected> {
  const needed = await reached(catalogue, contents);
  let [count, bytes] = [0, 0];
  for await (const { digest, size, at } of blobs.list()) {
    if (needed.has(digest) || now - at < GRACE_MS) continue;
    await blobs.remove(digest);
    count += 1;
    bytes += size;
  }
  return { blobs: count, bytes };
}

async function reached(catalogue: Catalogue, contents: Garbage["contents"]): Promise<ReadonlySet<Digest>> {
  // The index itself may name blobs beside its manifests: the lock of an archive, for one.
  const named = [...JSON.stringify(catalogue.rest).matchAll(/sha(?:256|512):[0-9a-f]{64,128}/g)].map(
    ([digest]) => digest,
  );
  const needed = new Set<Digest>(named.filter(isDigest));
  const follow = async (manifest: Descriptor): Promise<void> => {
    if (needed.has(manifest.digest)) return;
    needed.add(manifest.digest);
    const said = await contents.of(manifest);
    for (const { digest } of said?.blobs ?? []) needed.add(digest);
    for (const child of said?.manifests ?? []) await follow(child);
  };
  for (const { manifests } of catalogue.repositories.values()) {
    for (const manifest of manifests.values()) await follow(manifest);
  }
  return needed;
}
