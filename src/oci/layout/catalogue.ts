import { Failed } from "../../failure/index.ts";
import { type Digest, isDigest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { entryName, parseEntryName } from "./names.ts";

/** The manifests and tags of one repository. Every tag stands for one of the manifests. */
export interface Repository {
  readonly manifests: Map<Digest, Descriptor>;
  readonly tags: Map<string, Digest>;
}

/** What index.json says: which repository has which manifests under which tags. */
export interface Catalogue {
  readonly repositories: Map<string, Repository>;
  /** Fields of index.json that are not ours, kept as they were. */
  readonly rest: Readonly<Record<string, unknown>>;
}

const REF_NAME = "org.opencontainers.image.ref.name";

export const emptyCatalogue = (): Catalogue => ({ repositories: new Map(), rest: {} });

export function copyCatalogue(catalogue: Catalogue): Catalogue {
  const repositories = new Map<string, Repository>();
  for (const [name, { manifests, tags }] of catalogue.repositories) {
    repositories.set(name, { manifests: new Map(manifests), tags: new Map(tags) });
  }
  return { repositories, rest: catalogue.rest };
}

/** Adds a manifest to a repository, under tags that move to it where they stood elsewhere. */
export function addManifest(into: Catalogue, repository: string, manifest: Descriptor, tags: readonly string[]): void {
  const found = into.repositories.get(repository) ?? { manifests: new Map(), tags: new Map() };
  into.repositories.set(repository, found);
  found.manifests.set(manifest.digest, { ...found.manifests.get(manifest.digest), ...manifest });
  for (const tag of tags) found.tags.set(tag, manifest.digest);
}

/** Takes a manifest out of a repository together with its tags; false where it is not there. */
export function removeManifest(from: Catalogue, repository: string, digest: Digest): boolean {
  const found = from.repositories.get(repository);
  if (found === undefined || !found.manifests.delete(digest)) return false;
  for (const [tag, stands] of found.tags) if (stands === digest) found.tags.delete(tag);
  if (found.manifests.size === 0) from.repositories.delete(repository);
  return true;
}

/** Reads index.json (image-spec, image-layout.md). Throws `Failed` (`oci/bad-layout`) naming the file. */
export function readCatalogue(text: string, file: string): Catalogue {
  const { manifests, schemaVersion: _, ...rest } = parseIndex(text, file);
  const catalogue: Catalogue = { repositories: new Map(), rest };
  for (const entry of manifests) {
    const { annotations, ...descriptor } = entry;
    const { [REF_NAME]: name, ...others } = annotations ?? {};
    const kept = Object.keys(others).length === 0 ? descriptor : { ...descriptor, annotations: others };
    const parsed = parseEntryName(name, entry.digest);
    addManifest(catalogue, parsed.repository, kept, parsed.kind === "tag" ? [parsed.tag] : []);
  }
  return catalogue;
}

/** The text of index.json: an entry for each tag, and one for each manifest that has none. Sorted by name. */
export function writeCatalogue(catalogue: Catalogue): string {
  const manifests: Descriptor[] = [];
  for (const [name, repository] of sorted(catalogue.repositories)) {
    const tagged = new Set(repository.tags.values());
    for (const [tag, digest] of sorted(repository.tags)) {
      const manifest = repository.manifests.get(digest);
      if (manifest !== undefined) manifests.push(named(manifest, entryName(name, tag)));
    }
    for (const [digest, manifest] of sorted(repository.manifests)) {
      if (!tagged.has(digest)) manifests.push(named(manifest, entryName(name, digest)));
    }
  }
  return `${JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, ...catalogue.rest, manifests }, null, 2)}\n`;
}

function named(manifest: Descriptor, name: string | undefined): Descriptor {
  if (name === undefined) return manifest;
  return { ...manifest, annotations: { ...manifest.annotations, [REF_NAME]: name } };
}

function sorted<K extends string, V>(map: ReadonlyMap<K, V>): [K, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function parseIndex(text: string, file: string): Record<string, unknown> & { manifests: Descriptor[] } {
  let body: { manifests?: unknown } | null;
  try {
    body = JSON.parse(text) as { manifests?: unknown } | null;
  } catch (cause) {
    throw bad(file, "it is not JSON", cause);
  }
  if (typeof body !== "object" || body === null || !Array.isArray(body.manifests)) {
    throw bad(file, "it has no manifests");
  }
  for (const entry of body.manifests as (Partial<Record<keyof Descriptor, unknown>> | null)[]) {
    if (typeof entry !== "object" || entry === null) throw bad(file, "an entry is not a descriptor");
    if (typeof entry.digest !== "string" || !isDigest(entry.digest)) throw bad(file, "an entry has no digest");
    if (typeof entry.mediaType !== "string") throw bad(file, `${entry.digest} has no media type`);
    if (!Number.isSafeInteger(entry.size)) throw bad(file, `${entry.digest} has no size`);
  }
  return body as Record<string, unknown> & { manifests: Descriptor[] };
}

function bad(file: string, why: string, cause?: unknown): Failed {
  return new Failed(
    {
      code: "oci/bad-layout",
      class: "permanent",
      message: `${file} cannot be read: ${why}`,
      hint: "Move the folder away and fill it again, or restore the file",
    },
    { cause },
  );
}
