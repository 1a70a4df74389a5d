import { takeWhole } from "./buffers.ts";
import type { Method } from "./message.ts";
import { type Framing, parseResponseHead, type ResponseHead } from "./response-head.ts";

/** An answer with all of its body. */
export interface WholeAnswer extends Pick<ResponseHead, "status" | "headers" | "challenges" | "connection"> {
  readonly body: Buffer;
}

/** `odd`: out of the ordinary, or longer than is gathered. */
export type Progress = WholeAnswer | "more" | "odd";

const LONGEST_HEAD = 64 * 1024;
const LONGEST_BODY = 1024 * 1024;
const BLANK_LINE = "\r\n\r\n";

/** Gathers one answer out of the pieces in which it comes (RFC 9112; interim answers are skipped). */
export class AnswerReader {
  readonly #method: Method;
  /** What came, and is not looked at yet; with a body of known length, its bytes so far are in `body`. */
  #bytes: Buffer = Buffer.alloc(0);
  #head: { readonly head: ResponseHead; readonly framing: Framing } | undefined;
  #body: { readonly bytes: Buffer; filled: number } | undefined;
  /** Whether anything has come. */
  begun = false;

  constructor(method: Method) {
    this.#method = method;
  }

  /** Copies what it keeps: the piece may be written over afterwards. */
  add(chunk: Buffer): Progress {
    this.begun = true;
    if (this.#head !== undefined && this.#body !== undefined) return this.#fill(this.#head.head, this.#body, chunk);
    let bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (this.#head === undefined) {
      const end = bytes.indexOf(BLANK_LINE);
      if (end === -1) return bytes.length > LONGEST_HEAD ? "odd" : this.#keep(bytes, chunk);
      const head = parseResponseHead(bytes.toString("latin1", 0, end));
      if (head === undefined || head.status === 101) return "odd";
      bytes = bytes.subarray(end + BLANK_LINE.length);
      if (head.status >= 200) this.#head = { head, framing: this.#method === "HEAD" ? NO_BODY : head.framing };
    }
    const { head, framing } = this.#head;
    if (framing.kind !== "length") {
      this.#keep(bytes, chunk);
      return this.#unmeasured(head, framing.kind, "open");
    }
    if (framing.bytes > LONGEST_BODY) return "odd";
    this.#body = { bytes: takeWhole(framing.bytes), filled: 0 };
    return this.#fill(head, this.#body, bytes);
  }

  #keep(bytes: Buffer, chunk: Buffer): "more" {
    this.#bytes = bytes.buffer === chunk.buffer ? Buffer.from(bytes) : bytes;
    return "more";
  }

  /** The connection has ended: so has a body that ends with it. Undefined where the answer is not whole. */
  end(): WholeAnswer | undefined {
    if (this.#head === undefined || this.#head.framing.kind === "length") return undefined;
    const progress = this.#unmeasured(this.#head.head, this.#head.framing.kind, "ended");
    return typeof progress === "string" ? undefined : progress;
  }

  #fill(head: ResponseHead, body: { readonly bytes: Buffer; filled: number }, chunk: Buffer): Progress {
    const fits = chunk.copy(body.bytes, body.filled);
    body.filled += fits;
    if (body.filled < body.bytes.length) return "more";
    return whole(head, body.bytes, fits < chunk.length ? "surplus" : "exact");
  }

  #unmeasured(head: ResponseHead, kind: "chunked" | "closed", connection: "open" | "ended"): Progress {
    const bytes = this.#bytes;
    if (kind === "closed") {
      if (connection === "ended") return whole(head, bytes, "exact");
      return bytes.length > LONGEST_BODY ? "odd" : "more";
    }
    const chunks = dechunk(bytes);
    if (typeof chunks !== "string") return whole(head, chunks.body, chunks.end < bytes.length ? "surplus" : "exact");
    return bytes.length > 2 * LONGEST_BODY ? "odd" : chunks;
  }
}

const NO_BODY: Framing = { kind: "length", bytes: 0 };

/** More than was announced is nothing that the next request may take for its answer. */
function whole(head: ResponseHead, body: Buffer, came: "exact" | "surplus"): WholeAnswer {
  const { status, headers, challenges } = head;
  return { status, headers, challenges, connection: came === "surplus" ? "closed" : head.connection, body };
}

/** RFC 9112, 7.1; what is said behind a chunk's size, and in the lines behind the last chunk, is let pass. */
function dechunk(bytes: Buffer): { readonly body: Buffer; readonly end: number } | "more" | "odd" {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return bytes.length - at > LONGEST_HEAD ? "odd" : "more";
    const size = /^([0-9a-fA-F]{1,7})[ \t]*(?:;|$)/.exec(bytes.toString("latin1", at, lineEnd))?.[1];
    if (size === undefined) return "odd";
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      // Lines behind the last chunk, of which the last is empty; most often that is the first.
      const empty = bytes.toString("latin1", lineEnd, lineEnd + BLANK_LINE.length) === BLANK_LINE;
      const end = empty ? lineEnd : bytes.indexOf(BLANK_LINE, lineEnd);
      if (end === -1) return bytes.length - lineEnd > LONGEST_HEAD ? "odd" : "more";
      return { body: Buffer.concat(chunks), end: end + BLANK_LINE.length };
    }
    const start = lineEnd + 2;
    const next = start + length;
    if (bytes.length < next + 2) return "more";
    if (bytes[next] !== 13 || bytes[next + 1] !== 10) return "odd";
    chunks.push(bytes.subarray(start, next));
    at = next + 2;
  }
}
