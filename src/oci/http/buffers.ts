/**
 * Buffers that large bodies are read into. Whoever has used the last of what was read gives it back; a buffer of which
 * all was given back is used again, and any other is collected.
 */
export const BUFFER_BYTES = 384 * 1024;

const MOST_FREE = 12;
const free: Buffer[] = [];
const inUse = new WeakMap<ArrayBufferLike, { out: number; state: "filling" | "full" }>();

export function takeBuffer(): Buffer {
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  inUse.set(buffer.buffer, { out: 0, state: "filling" });
  return buffer;
}

/** Some bytes of a buffer for somebody who may give them back. */
export function handOut(buffer: Buffer, from: number, to: number): Buffer {
  const use = inUse.get(buffer.buffer);
  if (use !== undefined) use.out += to - from;
  return buffer.subarray(from, to);
}

/** Nothing more is written into this buffer. */
export function retire(buffer: Buffer): void {
  const use = inUse.get(buffer.buffer);
  if (use === undefined) return;
  use.state = "full";
  reuse(buffer.buffer, use);
}

/** Takes bytes back that nobody reads any more. Those of other buffers are let pass. */
export function giveBack(chunk: Uint8Array): void {
  const use = inUse.get(chunk.buffer);
  if (use === undefined) return;
  use.out -= chunk.length;
  reuse(chunk.buffer, use);
}

function reuse(bytes: ArrayBufferLike, { out, state }: { out: number; state: "filling" | "full" }): void {
  if (out > 0 || state === "filling") return;
  inUse.delete(bytes);
  if (free.length < MOST_FREE) free.push(Buffer.from(bytes));
}

/** Shorter bodies are not worth being kept. */
const LEAST_KEPT = 16 * 1024;
const STEP = 32 * 1024;
const MOST_KEPT = 4 * 1024 * 1024;
/** By their length, a multiple of `STEP`. */
const freeForWhole = new Map<number, Buffer[]>();
const wholes = new WeakSet<ArrayBufferLike>();
let keptForWhole = 0;

/** Room for the whole of a body: memory that is collected later than it could be is much where bodies are many. */
export function takeWhole(length: number): Buffer {
  if (length < LEAST_KEPT) return Buffer.allocUnsafe(length);
  const room = STEP * Math.ceil(length / STEP);
  const kept = freeForWhole.get(room)?.pop();
  if (kept !== undefined) keptForWhole -= room;
  const buffer = kept ?? Buffer.allocUnsafeSlow(room);
  wholes.add(buffer.buffer);
  return buffer.subarray(0, length);
}

/** Takes back what nobody reads any more. What is not of `takeWhole`, or was given back before, is let pass. */
export function giveWholeBack({ buffer }: Uint8Array): void {
  if (!wholes.delete(buffer) || keptForWhole + buffer.byteLength > MOST_KEPT) return;
  const others = freeForWhole.get(buffer.byteLength) ?? [];
  freeForWhole.set(buffer.byteLength, others);
  others.push(Buffer.from(buffer));
  keptForWhole += buffer.byteLength;
}
