import type { Readable } from "node:stream";
import { WholeStream } from "./whole-stream.ts";

/** All bytes of a stream, for what is small. Rejects as the stream fails. */
export async function gathered(stream: Readable): Promise<Buffer> {
  const whole = stream instanceof WholeStream ? stream.takeBytes() : undefined;
  if (whole !== undefined) return whole.bytes;
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  const [only] = chunks;
  return chunks.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(chunks);
}
