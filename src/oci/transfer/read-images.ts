import { setTimeout as pause } from "node:timers/promises";
import { Failed, type Failure } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import { discover } from "../referrers/discover.ts";
import { createLister } from "../referrers/lister.ts";
import { subjectsOf } from "../referrers/subjects.ts";
import type { RegistryClient } from "../registry-client.ts";
import { loadTree } from "./tree.ts";

/** An image that is to be read from its first byte to its last. */
export interface ImageToRead {
  readonly name: string;
  readonly registry: RegistryClient;
  readonly repository: string;
  readonly digest: Digest;
}

/** What was read, and what could not be. */
export interface ReadImages {
  readonly manifests: number;
  readonly blobs: number;
  /** Bytes of blobs. */
  readonly bytes: number;
  readonly referrers: number;
  readonly failures: readonly { readonly name: string; readonly failure: Failure }[];
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Told once of the bytes of all blobs. */
  readonly onTotal: (bytes: number) => void;
  /** Told of bytes as they come; negative for those that are read again. */
  readonly onBytes: (bytes: number) => void;
}

/** Images, then blobs, that are read at once. */
const AT_ONCE = 4;
const ATTEMPTS = 3;

/**
 * Reads and hashes images at registries: all manifests, what refers to them, and every blob, which is read once for
 * each registry and looked for in each of its other repositories. Nothing is kept but names and sizes. Rejects only
 * where it was interrupted.
 */
export async function readImages(images: readonly ImageToRead[], options: ReadOptions): Promise<ReadImages> {
  const list = createLister();
  const manifests = new Set<Digest>();
  const referrers = new Set<Digest>();
  const blobs = new Map<string, BlobToRead>();
  const failures: { name: string; failure: Failure }[] = [];
  const { signal } = options;

  await atOnce(images, async ({ name, registry, repository, digest }) => {
    try {
      const load = (one: Digest) => registry.getManifest(repository, one, signal);
      const tree = await again(signal, async () => loadTree(await load(digest), load));
      const around = { source: registry, repository, list, load, signal };
      const found = await again(signal, () => discover(subjectsOf(tree, new Set()).all, around));
      for (const failure of found.problems) failures.push({ name, failure });
      for (const one of found.referrers) referrers.add(one.tree.root.digest);
      for (const { root, levels, blobs: own } of [tree, ...found.referrers.map((one) => one.tree)]) {
        for (const manifest of [root, ...levels.flat()]) manifests.add(manifest.digest);
        for (const blob of own) remember(blobs, blob, { name, registry, repository });
      }
    } catch (thrown) {
      failures.push({ name, failure: failureIn(thrown, signal) });
    }
  });

  const all = [...blobs.values()];
  options.onTotal(all.reduce((sum, { blob }) => sum + blob.size, 0));
  let read = 0;
  let bytes = 0;
  await atOnce(all, async (one) => {
    const broken = await readBlob(one, options);
    failures.push(...broken.failures);
    if (broken.read === "not-at-all") return;
    read += 1;
    bytes += one.blob.size;
  });
  return { manifests: manifests.size, blobs: read, bytes, referrers: referrers.size, failures };
}

interface BlobToRead {
  readonly blob: Descriptor;
  readonly registry: RegistryClient;
  /** The images that need it, by repository. */
  readonly repositories: Map<string, string[]>;
}

function remember(
  blobs: Map<string, BlobToRead>,
  blob: Descriptor,
  { name, registry, repository }: Omit<ImageToRead, "digest">,
): void {
  const key = `${registry.name} ${blob.digest}`;
  const known = blobs.get(key) ?? { blob, registry, repositories: new Map<string, string[]>() };
  blobs.set(key, known);
  const names = known.repositories.get(repository);
  if (names === undefined) known.repositories.set(repository, [name]);
  else names.push(name);
}

/** A registry has the bytes of a blob once, and a link to them in each repository. */
async function readBlob({ blob, registry, repositories }: BlobToRead, options: ReadOptions) {
  const failures: { name: string; failure: Failure }[] = [];
  let read: "whole" | "not-at-all" = "not-at-all";
  for (const [repository, names] of repositories) {
    try {
      if (read === "not-at-all") await again(options.signal, () => drain(registry, repository, blob, options));
      else if (!(await again(options.signal, () => registry.hasBlob(repository, blob.digest, options.signal)))) {
        throw notThere(registry.name, repository, blob.digest);
      }
      read = "whole";
    } catch (thrown) {
      const failure = failureIn(thrown, options.signal);
      failures.push(...[...new Set(names)].map((name) => ({ name, failure })));
    }
  }
  return { read, failures };
}

async function drain(
  registry: RegistryClient,
  repository: string,
  blob: Descriptor,
  { signal, onBytes }: ReadOptions,
): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of await registry.openBlob(repository, blob, signal)) {
      const { length } = chunk as Uint8Array;
      bytes += length;
      onBytes(length);
    }
  } catch (error) {
    onBytes(-bytes);
    throw error;
  }
}

/** Tries again what may pass. */
async function again<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof Failed && error.failure.class === "transient";
      if (!mayPass || attempt === ATTEMPTS || signal.aborted) throw error;
      await pause(500 * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

function failureIn(thrown: unknown, signal: AbortSignal): Failure {
  if (signal.aborted || !(thrown instanceof Failed)) throw thrown;
  return thrown.failure;
}

async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const notThere = (name: string, repository: string, digest: Digest): Failed =>
  new Failed({
    code: "registry/not-found",
    class: "permanent",
    message: `${name}/${repository} has no blob ${digest}, although another of its repositories has`,
  });
