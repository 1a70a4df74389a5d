import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Digest, digestOf, hexOf, isDigest } from "../../oci/index.ts";
import { replaceFile, settle, unlessMissing } from "../../oci/layout/disk.ts";

/**
 * What was fetched before. Archives are kept under their digest, and notes (an index, which digest a version had)
 * under what they are about. Files are whole or not there, whoever else writes them.
 */
export interface Store {
  readonly temporaryFolder: string;
  /** An archive whose bytes still have that digest. */
  readonly archive: (digest: Digest) => Promise<Uint8Array | undefined>;
  readonly keepArchive: (bytes: Uint8Array) => Promise<Digest>;
  /** Where an archive is kept, and beside it, with `.prov` at the end, its provenance. */
  readonly archiveFile: (digest: Digest) => string;
  /** Whether an archive is known to have a provenance. */
  readonly provenance: (digest: Digest) => Promise<"there" | "none" | "unasked">;
  /** Keeps the provenance of an archive, or that it has none. */
  readonly keepProvenance: (digest: Digest, bytes: Uint8Array | undefined) => Promise<void>;
  readonly note: (about: string) => Promise<string | undefined>;
  readonly keepNote: (about: string, text: string) => Promise<void>;
}

export function openStore(folder: string): Store {
  const temporaryFolder = join(folder, "tmp");
  const archiveAt = (digest: Digest): string => join(folder, "archives", `${hexOf(digest)}.tgz`);
  const noteAt = (about: string): string =>
    join(folder, "notes", createHash("sha256").update(about).digest("hex").slice(0, 40));
  const keepNote = async (about: string, text: string): Promise<void> => {
    await mkdir(join(folder, "notes"), { recursive: true });
    await replaceFile(noteAt(about), text, temporaryFolder);
  };
  return {
    temporaryFolder,
    archiveFile: archiveAt,
    async provenance(digest) {
      if ((await unlessMissing(stat(`${archiveAt(digest)}.prov`))) !== undefined) return "there";
      return (await unlessMissing(stat(noteAt(`no provenance ${digest}`)))) === undefined ? "unasked" : "none";
    },
    async keepProvenance(digest, bytes) {
      if (bytes === undefined) await keepNote(`no provenance ${digest}`, "");
      else await replaceFile(`${archiveAt(digest)}.prov`, bytes, temporaryFolder);
    },
    async archive(digest) {
      const bytes = await unlessMissing(readFile(archiveAt(digest)));
      return bytes !== undefined && digestOf(bytes) === digest ? bytes : undefined;
    },
    async keepArchive(bytes) {
      const digest = digestOf(bytes);
      const file = archiveAt(digest);
      await Promise.all([mkdir(dirname(file), { recursive: true }), mkdir(temporaryFolder, { recursive: true })]);
      const temporary = join(temporaryFolder, randomUUID());
      try {
        await writeFile(temporary, bytes);
        await settle(temporary, file);
      } finally {
        await rm(temporary, { force: true });
      }
      return digest;
    },
    note: (about) => unlessMissing(readFile(noteAt(about), "utf8")),
    keepNote,
  };
}

/** The archive that a note names, where both are there. */
export async function notedArchive(
  store: Store,
  about: string,
): Promise<{ bytes: Uint8Array; digest: Digest } | undefined> {
  const digest = await store.note(about);
  if (digest === undefined || !isDigest(digest)) return undefined;
  const bytes = await store.archive(digest);
  return bytes === undefined ? undefined : { bytes, digest };
}
