import { Readable } from "node:stream";

/** Cuts a stream into pieces, each to be read to its end before the next is taken. Nothing is kept but one chunk. */
export interface Cutter {
  /** The next `length` bytes. The piece fails as the stream does. */
  take(length: number): Readable;
}

export function cutter(stream: Readable): Cutter {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  async function* piece(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const given = rest.subarray(0, left);
      rest = rest.subarray(given.length);
      left -= given.length;
      if (given.length > 0) yield given;
    }
  }
  return { take: (length) => Readable.from(piece(length), { objectMode: false }) };
}
