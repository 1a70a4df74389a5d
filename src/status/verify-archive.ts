import { type Archive, archiveNotes, checkNames, verifyArchive } from "../oci/index.ts";
import type { Lock } from "../release/index.ts";
import { surveyArchive } from "./archive.ts";
import { type Verification, type Wrong, wrongIn } from "./verification.ts";

export interface VerifyInArchiveOptions {
  readonly lock: Lock;
  /** Which images of the lock are looked for. */
  readonly isSelected: (name: string) => boolean;
  readonly signal: AbortSignal;
  /** Told of bytes as they are read; undefined: digests are enough. */
  readonly deep: ((bytes: number) => void) | undefined;
}

/**
 * Whether an archive has every image of a lock, by digest, with all that its manifests name; deep, whether every byte
 * of it is what its digest says. Throws what reading a damaged archive throws.
 */
export async function verifyInArchive(archive: Archive, options: VerifyInArchiveOptions): Promise<Verification> {
  const { lock, isSelected, signal, deep } = options;
  const { rows } = await surveyArchive(lock, archive, {
    isSelected,
    referenced: undefined,
    disagreements: new Map(),
  });
  const wrong = rows.flatMap(({ name, cells }): Wrong[] =>
    [...cells].flatMap(([at, cell]) => {
      const failure = wrongIn(cell, `${nameIn(lock, name)} in ${at}`, SAVE_AGAIN);
      return failure === undefined ? [] : [{ image: name, at, failure }];
    }),
  );
  const verdict = deep === undefined ? undefined : await verifyArchive(archive, { signal, onBytes: deep });
  const { failures, inBase } = verdict ?? (await checkNames(archive));
  const { base } = archiveNotes(archive.catalogues);
  return {
    name: archive.name,
    where: undefined,
    images: rows.length,
    wrong: [...wrong, ...failures.map((failure) => ({ image: undefined, at: archive.name, failure }))],
    read: verdict && { blobs: verdict.blobs, bytes: verdict.bytes, referrers: undefined },
    base: base === undefined ? undefined : { name: base, blobs: inBase },
  };
}

const SAVE_AGAIN = "Save it again with this lock beside the config: mirror save --to FILE";

function nameIn({ images, charts }: Lock, name: string): string {
  const chart = name.startsWith("chart:") ? charts.get(name.slice("chart:".length)) : undefined;
  if (chart !== undefined) return `${name.replace(":", " ")}:${chart.version}`;
  const locked = images.get(name);
  return `${locked?.repository}${locked?.tag === undefined ? `@${locked?.digest}` : `:${locked.tag}`}`;
}
