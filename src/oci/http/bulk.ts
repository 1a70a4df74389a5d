import { Readable } from "node:stream";
import { attend, type Patience } from "./attend.ts";
import { giveBack } from "./buffers.ts";
import type { Line } from "./line.ts";
import type { Lines } from "./lines.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";
import { requestHead } from "./request-head.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

export interface BulkOptions extends Patience {
  readonly lines: Lines;
  readonly addresses: "any" | "public";
}

const LONGEST_HEAD = 64 * 1024;
const AHEAD_BYTES = 384 * 1024;

/**
 * A GET whose body is large: read from the socket into buffers that are used again, where Node's own client copies
 * every piece into memory of its own. Gives undefined where the answer is out of the ordinary: ask Node's client then.
 */
export async function exchangeBulk(request: HttpRequest, options: BulkOptions): Promise<HttpAnswer | undefined> {
  const asked = requestHead(request, undefined);
  for (;;) {
    const line = await options.lines.take(request.url, options.addresses, () => 0);
    try {
      return await overLine(line, request, asked, options);
    } catch (error) {
      // A server may close a kept connection at the very moment at which it is used again.
      if (line.used === "new" || request.signal.aborted) throw error;
    }
  }
}

function overLine(
  line: Line,
  request: HttpRequest,
  asked: string,
  options: BulkOptions,
): Promise<HttpAnswer | undefined> {
  const { socket } = line;
  const { signal } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      options.lines.giveBack(line, "closed");
      return reject(signal.reason);
    }
    let begun: Buffer[] = [];
    let size = 0;
    let body: Body | undefined;
    const leave = attend(line, request, options, {
      idleMs: () => options.idleMs,
      pauses: () => body?.waits === true,
      lost: (error) => {
        if (body === undefined) reject(error);
        else body.destroy(error);
      },
    });

    line.reader = (chunk) => {
      if (body !== undefined) return body.add(chunk);
      begun.push(chunk);
      size += chunk.length;
      const bytes = begun.length === 1 ? chunk : Buffer.concat(begun);
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1 && size <= LONGEST_HEAD) return;
      const head = end === -1 ? undefined : parseResponseHead(bytes.toString("latin1", 0, end));
      const rest = bytes.subarray(end + 4);
      if (begun.length === 1) giveBack(bytes.subarray(0, end + 4));
      if (head !== undefined && head.status < 200 && head.status !== 101) {
        begun = [];
        size = 0;
        return line.reader?.(rest);
      }
      if (head?.framing.kind !== "length" || head.status === 101) {
        leave();
        socket.on("error", () => {}).destroy();
        return resolve(undefined);
      }
      // An empty body is at its end at once, and with it the connection may be.
      const address = socket.remoteAddress;
      body = new Body(line, head.framing.bytes, () => {
        leave();
        options.lines.giveBack(line, head.connection);
      });
      resolve(answerOf(head, request, address, body));
      if (rest.length > 0) body.add(rest);
    };
    socket.write(asked, "latin1");
  });
}

class Body extends Readable {
  readonly #line: Line;
  readonly #done: () => void;
  #left: number;
  /** Whether whoever reads this has to read on before more is wanted. */
  waits = false;

  constructor(line: Line, length: number, done: () => void) {
    super({ highWaterMark: AHEAD_BYTES });
    this.#line = line;
    this.#left = length;
    this.#done = done;
    if (length === 0) this.#end();
  }

  add(chunk: Buffer): void {
    if (chunk.length > this.#left) {
      this.destroy(Object.assign(new Error("more came than was announced"), { code: "HPE_INVALID_EOF_STATE" }));
      return;
    }
    this.#left -= chunk.length;
    const more = this.push(chunk);
    if (this.#left === 0) this.#end();
    else if (!more) {
      this.waits = true;
      this.#line.socket.pause();
    }
  }

  override _read(): void {
    if (!this.waits) return;
    this.waits = false;
    this.#line.socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#left > 0) this.#line.socket.destroy();
    done(error);
  }

  #end(): void {
    this.#line.reader = undefined;
    // What was on its way when the socket was paused may have been the end: the next answer has to be read.
    if (this.waits) this.#line.socket.resume();
    this.waits = false;
    this.push(null);
    this.#done();
  }
}

function answerOf(head: ResponseHead, { url }: HttpRequest, address: string | undefined, body: Readable): HttpAnswer {
  const { status, headers, challenges } = head;
  return { status, headers, challenges, url, body, address };
}
