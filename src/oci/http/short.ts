import type { Readable } from "node:stream";
import { attend, type Patience } from "./attend.ts";
import type { Line } from "./line.ts";
import type { Lines } from "./lines.ts";
import { type HttpAnswer, type HttpRequest, isStreamBody } from "./message.ts";
import { requestHead } from "./request-head.ts";
import { isTimeout } from "./timeout.ts";
import { AnswerReader, type WholeAnswer } from "./whole-answer.ts";
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

/** Whether what is sent can be gathered in memory. */
export const isShort = ({ body }: HttpRequest): boolean => !isStreamBody(body) || body.size <= SHORT_BYTES;

/**
 * A request and an answer that both are short, by far the most there are: sent and read without the machinery of
 * streams, at less than half of what Node's client takes. Gives undefined for a GET or HEAD whose answer is long, or out
 * of the ordinary: ask Node's client then. Throws an `Error` with a code where the connection or the answer is broken.
 */
export async function exchangeShort(request: HttpRequest, options: ShortOptions): Promise<HttpAnswer | undefined> {
  const { bytes: body, used } = await gathered(request);
  const head = requestHead(request, lengthOf(request, body));
  for (;;) {
    const line = await options.lines.take(request.url, options.addresses, options.behind);
    const answer = new AnswerReader(request.method);
    try {
      const answered = await overLine(line, request, { head, body, answer }, options);
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

/** What goes out, and what comes. */
interface Turn {
  readonly head: string;
  readonly body: Uint8Array | undefined;
  readonly answer: AnswerReader;
}

function overLine(
  line: Line,
  request: HttpRequest,
  { head, body, answer }: Turn,
  { lines, connectMs, idleMs }: ShortOptions,
): Promise<HttpAnswer | undefined> {
  const { socket } = line;
  const { signal, url, method } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      lines.giveBack(line, "closed");
      return reject(signal.reason);
    }
    const patience = isStreamBody(request.body) ? COMMIT_PATIENCE : 1;
    const leave = attend(
      line,
      request,
      { connectMs, idleMs: patience * idleMs },
      {
        pauses: () => false,
        lost: (error) => {
          const ended = answer.end();
          if (ended !== undefined) resolve(answerOf(ended, url, address));
          else reject(error);
        },
      },
    );
    let address: string | undefined;
    line.reader = (chunk) => {
      // A connection that is closed does not tell it any more.
      address ??= socket.remoteAddress;
      const progress = answer.add(chunk);
      if (progress === "more") return;
      leave();
      line.reader = undefined;
      if (progress !== "odd") {
        resolve(answerOf(progress, url, address));
        return lines.giveBack(line, progress.connection);
      }
      lines.giveBack(line, "closed");
      if (method === "GET" || method === "HEAD") resolve(undefined);
      else reject(Object.assign(new Error("the answer is not that of a registry"), { code: "HPE_INVALID_ANSWER" }));
    };
    socket.cork();
    socket.write(head, "latin1");
    if (body !== undefined && body.length > 0) socket.write(body);
    socket.uncork();
  });
}

/** What is to be sent. Rejects where the stream it comes from does. */
async function gathered({ body }: HttpRequest): Promise<Gathered> {
  if (!isStreamBody(body)) return { bytes: body };
  const taken = body.stream instanceof WholeStream ? body.stream.takeBytes() : undefined;
  const all = taken ?? { bytes: await allOf(body.stream) };
  body.onBytes?.(body.size);
  return all;
}

interface Gathered extends Partial<Pick<TakenBytes, "used">> {
  readonly bytes: Uint8Array | undefined;
}

async function allOf(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function lengthOf({ method }: HttpRequest, body: Uint8Array | undefined): number | undefined {
  return body?.length ?? (method === "POST" || method === "PUT" ? 0 : undefined);
}

function answerOf(
  { status, headers, challenges, body }: WholeAnswer,
  url: URL,
  address: string | undefined,
): HttpAnswer {
  let stream: WholeStream | undefined;
  return {
    status,
    headers,
    challenges,
    url,
    whole: body,
    get body() {
      stream ??= new WholeStream(body);
      return stream;
    },
    address,
  };
}
