import type { Patience } from "./attend.ts";
import { gathered } from "./gathered.ts";
import type { Lines } from "./lines.ts";
import { type HttpAnswer, type HttpRequest, isStreamBody, type StreamBody } from "./message.ts";
import { type Outgoing, overLine } from "./over-line.ts";
import { requestHead } from "./request-head.ts";
import { isTimeout } from "./timeout.ts";
import { AnswerReader } from "./whole-answer.ts";
import { type TakenBytes, WholeStream } from "./whole-stream.ts";

export interface ShortOptions extends Patience {
  readonly lines: Lines;
  readonly addresses: "any" | "public";
  /** How many requests like this one wait for their turn. */
  readonly behind: () => number;
}

/** A body up to this is waited for as a whole, so that it leaves with its head in one write. */
const SHORT_BYTES = 256 * 1024;

/** How many times as long as anything else the answer to a blob may take: a registry puts it in its place first. */
export const COMMIT_PATIENCE = 5;

/** Whether what is sent is too much to be gathered in memory. */
export const isLong = (body: HttpRequest["body"]): body is StreamBody => isStreamBody(body) && body.size > SHORT_BYTES;

/**
 * A request and an answer that both are short, by far the most there are: sent and read without the machinery of
 * streams, at less than half of what Node's client takes. Gives undefined for a GET or HEAD whose answer is long, or out
 * of the ordinary: ask Node's client then. Throws an `Error` with a code where the connection or the answer is broken.
 */
export async function exchangeShort(request: HttpRequest, options: ShortOptions): Promise<HttpAnswer | undefined> {
  const { bytes: body, used } = await bytesToSend(request);
  const idleMs = (isStreamBody(request.body) ? COMMIT_PATIENCE : 1) * options.idleMs;
  const outgoing = atOnce(requestHead(request, lengthOf(request, body)), body, idleMs);
  for (;;) {
    const line = await options.lines.take(request.url, options.addresses, options.behind);
    const answer = new AnswerReader(request.method);
    try {
      const answered = await overLine(line, request, { ...options, answer, outgoing });
      // A server may answer before it has read all: what is still on its way out must stay as it is.
      if (line.socket.writableLength === 0) used?.();
      return answered;
    } catch (error) {
      // A server may close a kept connection at the very moment at which it is used again. Of what is sent here, only
      // the bytes of an upload must not arrive twice.
      const repeatable = line.used === "again" && !answer.begun && !isStreamBody(request.body);
      if (!repeatable || request.signal.aborted || isTimeout(error)) throw error;
    }
  }
}

/** Head and body in one write. */
function atOnce(head: string, body: Uint8Array | undefined, idleMs: number): Outgoing {
  return {
    begin: (socket) => {
      socket.cork();
      socket.write(head, "latin1");
      if (body !== undefined && body.length > 0) socket.write(body);
      socket.uncork();
    },
    idleMs: () => idleMs,
    pauses: () => false,
    end: () => "out",
  };
}

/** What is to be sent. Rejects where the stream it comes from does. */
async function bytesToSend({ body }: HttpRequest): Promise<BytesToSend> {
  if (!isStreamBody(body)) return { bytes: body };
  const taken = body.stream instanceof WholeStream ? body.stream.takeBytes() : undefined;
  const all = taken ?? { bytes: await gathered(body.stream) };
  body.onBytes?.(body.size);
  return all;
}

interface BytesToSend extends Partial<Pick<TakenBytes, "used">> {
  readonly bytes: Uint8Array | undefined;
}

function lengthOf({ method }: HttpRequest, body: Uint8Array | undefined): number | undefined {
  return body?.length ?? (method === "POST" || method === "PUT" ? 0 : undefined);
}
