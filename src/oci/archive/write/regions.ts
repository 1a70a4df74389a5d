import { type Digest, hexOf } from "../../digest.ts";
import { BLOCK, padded, writeHeader } from "../tar/header.ts";
import { writePaxPath } from "../tar/pax.ts";

/** A part of a tar that one blob takes, with the headers before it and what fills its last block. */
export interface Region {
  readonly start: number;
  readonly length: number;
}

/** What a region is called while its blob is not whole: what is left of it after a crash is written over. */
export const PENDING = ".partial";
/** What it is called where it was not needed in the end. */
export const UNUSED = "unused";

/** The bytes that a blob takes in a tar. */
export const regionLength = (digest: Digest, size: number): number => headOf(digest, size).length + padded(size);

/** The headers of a blob that is whole. */
export function headOf(digest: Digest, size: number): Buffer {
  const algorithm = digest.slice(0, digest.indexOf(":"));
  const name = `blobs/${algorithm}/${hexOf(digest)}`;
  if (name.length <= 100) return writeHeader({ name, size, type: "0" });
  const record = writePaxPath(name);
  const filled = Buffer.alloc(padded(record.length));
  record.copy(filled);
  const pax = writeHeader({ name: `pax/${hexOf(digest).slice(0, 64)}`, size: record.length, type: "x" });
  return Buffer.concat([pax, filled, writeHeader({ name: name.slice(0, 100), size, type: "0" })]);
}

/** A header over a whole region, under a name that nobody reads. */
export const coverOf = ({ length }: Region, name: string): Buffer =>
  writeHeader({ name, size: length - BLOCK, type: "0" });
