import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/** What V8 compiled, by the name of the file it was compiled from. */
export type CompiledCode = ReadonlyMap<string, Buffer>;

export interface KeptCode {
  readonly code: CompiledCode;
  /** Kept so long ago that it is worth being made again: other functions may be in use by now. */
  readonly old: boolean;
}

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;
const OLD_MS = 86_400_000;
const UNUSED_MS = 30 * OLD_MS;

/**
 * Reads compiled code from a file; undefined where there is none, or where it is not to be trusted: V8 runs what it is
 * given unseen, so the file has to be the user's own, writable by nobody else, and whole.
 */
export function readKeptCode(file: string): KeptCode | undefined {
  try {
    const { bytes, mtimeMs } = readOwn(file);
    return { code: parse(bytes), old: Date.now() - mtimeMs > OLD_MS };
  } catch {
    return undefined;
  }
}

/** Keeps compiled code in a file, and clears away what lies beside it unused for a month. To fail does no harm. */
export function keepCode(file: string, code: CompiledCode): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Written beside and renamed over: whoever reads meanwhile sees the whole of the old one.
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, serialize(code), { mode: 0o600 });
    renameSync(beside, file);
    removeUnused(dirname(file));
  } catch {}
}

function readOwn(file: string): { readonly bytes: Buffer; readonly mtimeMs: number } {
  const handle = openSync(file, "r");
  try {
    const { uid, mode, mtimeMs } = fstatSync(handle);
    const foreign = process.getuid !== undefined && uid !== process.getuid();
    if (foreign || (mode & 0o022) !== 0) throw new Error(`${file} may be someone else's`);
    return { bytes: readFileSync(handle), mtimeMs };
  } finally {
    closeSync(handle);
  }
}

/** The digest of the rest; the length of the table; the table, `[name, length]` of each part; the parts. */
function serialize(code: CompiledCode): Buffer {
  const table = Buffer.from(JSON.stringify([...code].map(([name, { length }]) => [name, length])));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(table.length);
  const rest = Buffer.concat([length, table, ...code.values()]);
  return Buffer.concat([digestOf(rest), rest]);
}

function parse(bytes: Buffer): CompiledCode {
  const rest = bytes.subarray(DIGEST_BYTES);
  if (!digestOf(rest).equals(bytes.subarray(0, DIGEST_BYTES))) throw new Error("it is not whole");
  let at = LENGTH_BYTES + rest.readUInt32LE();
  const table: readonly [string, number][] = JSON.parse(rest.toString("utf8", LENGTH_BYTES, at));
  return new Map(
    table.map(([name, length]) => {
      at += length;
      return [name, rest.subarray(at - length, at)];
    }),
  );
}

const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** By the time of writing: what is in use is made again each day. */
function removeUnused(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.includes(".v8") && Date.now() - statSync(path).mtimeMs > UNUSED_MS) rmSync(path, { force: true });
  }
}
