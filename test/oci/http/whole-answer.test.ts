import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { request } from "node:http";
import { Duplex } from "node:stream";
import { test } from "uvu";
import { AnswerReader, type Progress } from "../../../src/oci/http/whole-answer.ts";

const LENGTH = "HTTP/1.1 201 Created\r\nLocation: /v2/a/blobs/uploads/1\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKS =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n";
const CLOSED = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello until the end";
const INTERIM = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${LENGTH}`;
const NOTHING = "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\nDocker-Content-Digest: sha256:00\r\n\r\n";

test("an answer is whole when its last byte is there, and not before, wherever it is cut", () => {
  for (const [text, body] of [
    [LENGTH, "hello"],
    [CHUNKS, "hello world"],
    [INTERIM, "hello"],
    [NOTHING, ""],
  ] as const) {
    for (let cut = 1; cut < text.length; cut++) {
      const reader = new AnswerReader("GET");
      assert.equal(reader.add(Buffer.from(text.slice(0, cut))), "more", `${cut} of ${text}`);
      assert.ok(reader.begun);
      assert.equal(bodyOf(reader.add(Buffer.from(text.slice(cut)))), body);
    }
  }
});

test("a body without a length is whole when the connection ends, one that is cut short never", () => {
  const closed = new AnswerReader("GET");
  assert.equal(closed.add(Buffer.from(CLOSED)), "more");
  assert.equal(bodyOf(closed.end()), "hello until the end");
  for (const text of [LENGTH, CHUNKS, "HTTP/1.1 200 OK\r\nContent-"]) {
    const reader = new AnswerReader("GET");
    assert.equal(reader.add(Buffer.from(text.slice(0, -3))), "more");
    assert.equal(reader.end(), undefined);
  }
  assert.equal(new AnswerReader("GET").begun, false);
});

test("the answer to a HEAD has no body, whatever length it tells", () => {
  const reader = new AnswerReader("HEAD");
  const answer = reader.add(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"));
  assert.equal(bodyOf(answer), "");
  assert.equal(typeof answer === "object" && answer.headers["content-length"], "5000000");
});

test("a connection over which more came than was announced is not used again", () => {
  for (const text of [LENGTH, CHUNKS, NOTHING]) {
    const answer = new AnswerReader("GET").add(Buffer.from(`${text}HTTP/1.1 200`));
    assert.equal(typeof answer === "object" && answer.connection, "closed");
  }
});

test("what is too long, switches protocols or breaks the rules is out of the ordinary", () => {
  for (const text of [
    `HTTP/1.1 200 OK\r\nX: ${"y".repeat(70_000)}`,
    "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n\r\n",
  ]) {
    assert.equal(new AnswerReader("GET").add(Buffer.from(text)), "odd", text.slice(0, 60));
  }
  const endless = new AnswerReader("GET");
  endless.add(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
  let progress: Progress = "more";
  for (let i = 0; i < 40 && progress === "more"; i++) progress = endless.add(Buffer.alloc(64 * 1024));
  assert.equal(progress, "odd");
});

test("damaged answers are never read as another answer than Node's client reads", async () => {
  let [read, refused] = [0, 0];
  for (let i = 0; i < 3000; i++) {
    const pieces = cut(damaged([LENGTH, CHUNKS, CLOSED, INTERIM, NOTHING][i % 5] ?? ""));
    const ours = readAll(pieces);
    if (ours === undefined) {
      refused += 1;
      continue;
    }
    read += 1;
    const theirs = await byNode(pieces);
    // Node's parser refuses more: what it refuses we may read, but not as something else.
    if (theirs !== undefined) assert.deepEqual(ours, theirs, Buffer.concat(pieces).toString("latin1"));
  }
  assert.ok(read > 500 && refused > 200, `${read} read, ${refused} refused`);
});

interface Read {
  readonly status: number;
  readonly body: string;
}

function readAll(pieces: readonly Buffer[]): Read | undefined {
  const reader = new AnswerReader("GET");
  for (const piece of pieces) {
    const progress = reader.add(piece);
    if (progress === "odd") return undefined;
    if (progress !== "more") return { status: progress.status, body: progress.body.toString("latin1") };
  }
  const ended = reader.end();
  return ended && { status: ended.status, body: ended.body.toString("latin1") };
}

/** Undefined where Node's client refuses the answer. */
function byNode(pieces: readonly Buffer[]): Promise<Read | undefined> {
  return new Promise((resolve) => {
    const connection = new Duplex({
      read() {},
      write: (_chunk, _encoding, done) => done(),
    });
    const outgoing = request({ createConnection: () => connection as never, path: "/" }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", () => resolve(undefined));
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("latin1") });
      });
    });
    outgoing.on("error", () => resolve(undefined));
    outgoing.end();
    for (const piece of pieces) connection.push(piece);
    connection.push(null);
  });
}

/** With up to three bytes changed, taken out or doubled, or the end cut off. */
function damaged(text: string): Buffer {
  let bytes = Buffer.from(text, "latin1");
  for (let left = randomInt(4); left > 0; left--) {
    const at = randomInt(bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const put = [Buffer.from([randomInt(256)]), Buffer.alloc(0), bytes.subarray(at, at + 1), Buffer.from("\r\n")][
      randomInt(4)
    ];
    bytes = Buffer.concat([before, put ?? Buffer.alloc(0), after]);
  }
  return randomInt(5) === 0 ? bytes.subarray(0, randomInt(bytes.length)) : bytes;
}

function cut(bytes: Buffer): Buffer[] {
  const at = randomInt(bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)].filter((piece) => piece.length > 0);
}

const bodyOf = (progress: Progress | undefined): string | undefined =>
  typeof progress === "object" ? progress.body.toString() : progress;

test.run();
