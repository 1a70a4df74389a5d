import { type Readable, Transform, type TransformCallback } from "node:stream";
import type { ImageSource } from "../content.ts";
import type { Descriptor } from "../manifest.ts";

/** A blob's bytes from `from` on, whether the source can begin there or not; all of the blob is verified. */
export async function openFrom(
  source: ImageSource,
  repository: string,
  blob: Descriptor,
  from: number,
  signal: AbortSignal,
): Promise<Readable> {
  if (from > 0 && source.openBlobFrom !== undefined) return source.openBlobFrom(repository, blob, from, signal);
  const all = await source.openBlob(repository, blob, signal);
  return from === 0 ? all : without(all, from);
}

function without(all: Readable, count: number): Readable {
  let left = count;
  const rest = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      const wanted = chunk.subarray(Math.min(left, chunk.length));
      left -= chunk.length - wanted.length;
      if (wanted.length === 0) done();
      else done(null, wanted);
    },
  });
  all.once("error", (error) => rest.destroy(error));
  rest.once("close", () => all.destroy());
  return all.pipe(rest);
}
