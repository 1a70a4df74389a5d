import { Readable } from "node:stream";
import { giveBack } from "./buffers.ts";
import type { Line } from "./bulk-line.ts";
import type { BulkLines } from "./bulk-lines.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

export interface BulkOptions {
  readonly lines: BulkLines;
  readonly connectMs: number;
  readonly idleMs: number;
  readonly addresses: "any" | "public";
}

const LONGEST_HEAD = 64 * 1024;
const AHEAD_BYTES = 384 * 1024;

/**
 * A GET whose body is large: read from the socket into buffers that are used again, where Node's own client copies
 * every piece into memory of its own. Gives undefined where the answer is out of the ordinary: ask Node's client then.
 */
export async function exchangeBulk(request: HttpRequest, options: BulkOptions): Promise<HttpAnswer | undefined> {
  for (;;) {
    const line = options.lines.take(request.url, options.addresses);
    try {
      return await overLine(line, request, options);
    } catch (error) {
      // A server may close a kept connection at the very moment at which it is used again.
      if (line.used === "new" || request.signal.aborted) throw error;
    }
  }
}

function overLine(line: Line, request: HttpRequest, options: BulkOptions): Promise<HttpAnswer | undefined> {
  const { socket } = line;
  const { signal, url } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let begun: Buffer[] = [];
    let size = 0;
    let body: Body | undefined;

    const aborted = (): void => void socket.destroy(new Error("aborted"));
    signal.addEventListener("abort", aborted, { once: true });
    const connecting = setTimeout(() => socket.destroy(timedOut("connect")), options.connectMs);
    const connected = (): void => {
      clearTimeout(connecting);
      socket.setTimeout(options.idleMs);
    };
    const readyEvent = url.protocol === "https:" ? "secureConnect" : "connect";
    if (line.used === "new") socket.once(readyEvent, connected);
    else connected();
    const idle = (): void => {
      // A pause that we ask for ourselves is no fault of the server.
      if (body?.waits !== true) socket.destroy(timedOut("answer"));
    };
    const lost = (error: Error): void => {
      const failure = error ?? Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
      if (body === undefined) reject(failure);
      else body.destroy(failure);
    };
    const closed = (): void => {
      leave();
      lost(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
    };
    const ended = (): void => {
      line.flush();
      socket.destroy();
    };
    const leave = (): void => {
      clearTimeout(connecting);
      socket.setTimeout(0);
      signal.removeEventListener("abort", aborted);
      socket.off(readyEvent, connected).off("timeout", idle).off("error", lost).off("close", closed).off("end", ended);
    };
    socket.on("timeout", idle).on("error", lost).on("close", closed).on("end", ended);

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
      if (head === undefined || head.status === 101) {
        leave();
        socket.on("error", () => {}).destroy();
        return resolve(undefined);
      }
      body = new Body(line, head, () => {
        leave();
        options.lines.giveBack(line, url, head.connection);
      });
      resolve(answerOf(head, request, line, body));
      if (rest.length > 0) body.add(rest);
    };
    socket.write(headOf(request), "latin1");
  });
}

class Body extends Readable {
  readonly #line: Line;
  readonly #done: () => void;
  #left: number;
  /** Whether whoever reads this has to read on before more is wanted. */
  waits = false;

  constructor(line: Line, head: ResponseHead, done: () => void) {
    super({ highWaterMark: AHEAD_BYTES });
    this.#line = line;
    this.#left = head.length;
    this.#done = done;
    if (head.length === 0) this.#end();
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

function headOf({ method, url, headers }: HttpRequest): string {
  const fields = { host: url.host, ...headers, connection: "keep-alive" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function answerOf(head: ResponseHead, { url }: HttpRequest, { socket }: Line, body: Readable): HttpAnswer {
  const { status, headers, challenges } = head;
  return { status, headers, challenges, url, body, address: socket.remoteAddress };
}

function timedOut(what: "connect" | "answer"): NodeJS.ErrnoException {
  return Object.assign(new Error(`no ${what} in time`), { code: "ETIMEDOUT" });
}
