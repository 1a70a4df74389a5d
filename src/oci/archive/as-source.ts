import { type Digest, isDigest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { RegistrySource } from "../registry-client.ts";
import { baseMissing, notInArchive } from "./failures.ts";
import { notesOf } from "./notes.ts";
import type { Archive } from "./open.ts";
import { sourceMethods } from "./source.ts";

/** An archive in place of the registries that its images come from. */
export interface ArchiveSource extends RegistrySource {
  /** Where the archive has what references call `host/repository`. */
  readonly repositoryOf: (host: string, repository: string) => string;
}

/** What images are read from where there is no network. A digest is found whatever repository it is in. */
export function archiveSource(archive: Archive): ArchiveSource {
  const methods = sourceMethods(() => archive);
  const bases = archive.catalogues.map((catalogue) => notesOf(catalogue).base).filter((base) => base !== undefined);

  /** The repository itself, or where else the digest is. */
  async function holderOf(repository: string, reference: string): Promise<string> {
    if (!isDigest(reference) || (await archive.resolve(repository, reference)) !== undefined) return repository;
    for (const other of archive.repositories()) {
      if ((await archive.resolve(other, reference)) !== undefined) return other;
    }
    return repository;
  }

  const lacking = (digest: Digest): Error => {
    const [base] = bases;
    return base === undefined ? notInArchive(archive.name, digest) : baseMissing(archive.name, base, digest);
  };

  return {
    ...methods,
    name: archive.name,
    getManifest: async (repository, reference, signal) =>
      methods.getManifest(await holderOf(repository, reference), reference, signal),
    headManifest: async (repository, reference, signal) =>
      methods.headManifest(await holderOf(repository, reference), reference, signal),
    openBlob: async (repository: string, blob: Descriptor, signal: AbortSignal) => {
      if (!archive.blobs.has(blob.digest)) throw lacking(blob.digest);
      return methods.openBlob(repository, blob, signal);
    },
    ...(bases.length > 0 && { holds: (digest: Digest) => archive.blobs.has(digest) }),
    pullLimit: () => undefined,
    repositoryOf: (host, repository) => {
      const there = archive.repositories();
      return namesOf(host, repository).find((name) => there.includes(name)) ?? `${host}/${repository}`;
    },
  };
}

/** Docker and podman write the names of Docker Hub's images without what goes without saying; ports have no colon here. */
function namesOf(host: string, repository: string): readonly string[] {
  if (host !== "docker.io") return [`${host}/${repository}`, `${host.replace(":", "-")}/${repository}`];
  return [`${host}/${repository}`, repository, ...(repository.startsWith("library/") ? [repository.slice(8)] : [])];
}
