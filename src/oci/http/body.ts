import { Failed } from "../../failure/index.ts";
import { connectionFailure } from "./connection-failure.ts";
import type { HttpAnswer } from "./message.ts";

/** Reads a body into memory. Throws `Failed` (`registry/unexpected-answer`) above `limit` bytes. */
export async function readBytes(answer: HttpAnswer, limit: number): Promise<Uint8Array> {
  if (answer.whole !== undefined) {
    if (answer.whole.length > limit) throw tooLarge(answer, limit);
    return answer.whole;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw connectionFailure(error, answer.url);
  }
  if (size > limit) throw tooLarge(answer, limit);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** The start of a body as text, for messages; never fails. */
export async function readExcerpt(answer: HttpAnswer, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // What came before the connection broke is evidence enough.
  }
  return Buffer.concat(chunks).subarray(0, limit).toString("utf8");
}

/** Lets go of a body nobody wants: short ones are read so that the connection can be used again. */
export function discard(answer: HttpAnswer): void {
  if (answer.whole !== undefined) return;
  answer.body.on("error", () => {});
  const length = Number(answer.headers["content-length"] ?? 0);
  if (length > 64 * 1024) answer.body.destroy();
  else answer.body.resume();
}

function tooLarge(answer: HttpAnswer, limit: number): Failed {
  return new Failed({
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `${answer.url.host} answered ${answer.url.pathname} with more than ${limit} bytes`,
    hint: "Check that the address is that of a registry and that the reference names an image",
  });
}
