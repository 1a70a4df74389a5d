import type { Readable } from "node:stream";
import { WholeStream } from "./http/index.ts";

/** All bytes of a stream, for what is small. Rejects as the stream fails. */
export async function gathered(stream: Readable): Promise<Buffer> {
  const whole = stream instanceof WholeStream ? stream.takeBytes() : undefined;
  if (whole !== undefined) return whole.bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
