import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Failed } from "../failure/index.ts";
import {
  type ArchiveBase,
  type Digest,
  digestOf,
  loadTree,
  openArchive,
  parseReference,
  whatIsIn,
} from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import { parseLock } from "./lock/index.ts";

/**
 * What whoever loads a differential archive has already: the blobs of an archive, with those that it took for granted
 * itself, or of all images of a lock, whose manifests are asked for at their registries.
 */
export async function archiveBaseOf(
  file: string,
  source: Connections["source"],
  signal: AbortSignal,
): Promise<ArchiveBase> {
  return /\.ya?ml$/.test(file) ? baseOfLock(file, source, signal) : baseOfArchive(file);
}

async function baseOfArchive(file: string): Promise<ArchiveBase> {
  const archive = await openArchive([file]);
  try {
    const { blobs, images } = await whatIsIn(archive);
    return { name: basename(file), images, has: (digest) => blobs.has(digest) };
  } finally {
    await archive.close();
  }
}

async function baseOfLock(file: string, source: Connections["source"], signal: AbortSignal): Promise<ArchiveBase> {
  const { lock } = parseLock(
    await readFile(file, "utf8").catch((error: unknown) => {
      throw unreadable(file, error);
    }),
    file,
  );
  const blobs = new Set<Digest>();
  await Promise.all(
    [...lock.images.values()].map(async ({ repository: name, digest }) => {
      const { host, repository: path } = parseReference(name);
      const { registry, repository } = await source(host, path);
      const load = (one: Digest) => registry.getManifest(repository, one, signal);
      try {
        const tree = await loadTree(await load(digest), load);
        for (const blob of tree.blobs) blobs.add(blob.digest);
      } catch (error) {
        // What its registry has no more cannot be told: it is then saved anew.
        if (!(error instanceof Failed) || error.failure.code !== "registry/not-found") throw error;
      }
    }),
  );
  const lines = [...lock.images.values()].map(({ repository, tag, digest }) => `${repository}:${tag} ${digest}\n`);
  return { name: basename(file), images: digestOf(lines.sort().join("")), has: (digest) => blobs.has(digest) };
}

function unreadable(file: string, cause: unknown): Failed {
  const message = `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new Failed({ code: "archive/unreadable", class: "usage", message }, { cause });
}
