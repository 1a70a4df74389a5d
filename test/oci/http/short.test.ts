import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { test } from "uvu";
import { failuresOf } from "../../../src/failure/index.ts";
import { createHttp, type HttpAnswer, type HttpRequest, readBytes, WholeStream } from "../../../src/oci/http/index.ts";

const never = new AbortController().signal;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

interface Scene {
  readonly send: (request?: Partial<HttpRequest>) => Promise<HttpAnswer>;
  /** Requests as they came, head and body. */
  readonly seen: string[];
  readonly connections: () => number;
}

/** A server that does as `answer` says with each request; `turn` counts them. */
async function withServer(answer: (socket: Socket, turn: number) => void, body: (scene: Scene) => Promise<void>) {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket
      .on("error", () => {})
      .on("data", (bytes) => {
        text += bytes.toString("latin1");
        const end = text.indexOf("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (end === -1 || text.length < end + 4 + length) return;
        seen.push(text);
        text = "";
        answer(socket, seen.length);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/a?b=c`);
  const backoff = { attempts: 1, baseMs: 1, capMs: 2 };
  const http = createHttp({ backoff, connectionsPerHost: 2, connectMs: 500, idleMs: 200 });
  const send: Scene["send"] = (request) => http.send({ method: "GET", url, signal: never, ...request });
  try {
    await body({ send, seen, connections: () => sockets.size });
  } finally {
    http.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const says = (text: string) => (socket: Socket) => void socket.write(text);
const textOf = async (answer: HttpAnswer): Promise<string> => String(await readBytes(answer, 10_000_000));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing",
    (error) => failuresOf(error)[0]?.message ?? "",
  );

test("requests follow each other on one connection, with what they carry", async () => {
  await withServer(says(OK), async ({ send, seen, connections }) => {
    assert.equal(await textOf(await send({ headers: { accept: "x/y" } })), "hello");
    await send({ method: "POST" });
    await send({ method: "PUT", body: Buffer.from("bytes") });
    await send({ method: "PUT", body: { size: 6, stream: Readable.from([Buffer.from("str"), Buffer.from("eam")]) } });
    await send({ method: "PATCH", body: { size: 5, stream: new WholeStream(Buffer.from("whole")) } });
    assert.equal(connections(), 1);
    assert.match(seen[0] ?? "", /^GET \/v2\/a\?b=c HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n[\s\S]*accept: x\/y\r\n/);
    assert.doesNotMatch(seen[0] ?? "", /content-length/);
    for (const [turn, rest] of [
      [1, "0[\\s\\S]*\r\n\r\n$"],
      [2, "5[\\s\\S]*bytes$"],
      [3, "6[\\s\\S]*stream$"],
      [4, "5[\\s\\S]*whole$"],
    ] as const) {
      assert.match(seen[turn] ?? "", new RegExp(`content-length: ${rest}`));
    }
  });
});

test("bytes that were taken to be sent are told to be of no more use once they are out, and others are not", async () => {
  const used: string[] = [];
  const told = (bytes: Buffer): void => void used.push(String(bytes));
  await withServer(says("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"), async ({ send, seen }) => {
    await send({ method: "PUT", body: { size: 5, stream: new WholeStream(Buffer.from("whole"), told) } });
    assert.match(seen[0] ?? "", /whole$/);
    assert.deepEqual(used, ["whole"]);
  });
  const read = new WholeStream(Buffer.from("kept"), told);
  assert.equal(String(Buffer.concat(await read.toArray())), "kept");
  assert.deepEqual(used, ["whole"]);
});

test("the body of an answer can be read as a stream as well, and an answer to a HEAD has none", async () => {
  await withServer(says(OK), async ({ send }) => {
    const chunks: Buffer[] = [];
    for await (const chunk of (await send()).body as AsyncIterable<Buffer>) chunks.push(chunk);
    assert.equal(String(Buffer.concat(chunks)), "hello");
  });
  await withServer(says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), async ({ send, connections }) => {
    for (let i = 0; i < 3; i++) assert.equal(await textOf(await send({ method: "HEAD" })), "");
    assert.equal(connections(), 1);
  });
});

test("answers in chunks, and such as end with the connection, are read for every method", async () => {
  const chunked = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (const method of ["GET", "POST", "PUT", "DELETE"] as const) {
    await withServer(says(chunked), async ({ send, seen }) => {
      const answer = await send({ method });
      assert.deepEqual([answer.status, await textOf(answer), seen.length], [404, "hello", 1]);
    });
    await withServer(
      (socket) => void socket.end("HTTP/1.0 200 OK\r\n\r\nhello"),
      async ({ send, seen }) => assert.deepEqual([await textOf(await send({ method })), seen.length], ["hello", 1]),
    );
  }
});

test("a long answer is left to Node's client", async () => {
  const long = `HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(3_000_000)}`;
  await withServer(says(long), async ({ send, seen }) => {
    assert.equal((await textOf(await send())).length, 3_000_000);
    assert.equal(seen.length, 2);
  });
});

test("a kept connection that the server closes as it is used again costs nothing, but where bytes of an upload are sent", async () => {
  const closing = (socket: Socket, turn: number): void => {
    if (turn === 2) socket.destroy();
    else socket.write(OK);
  };
  for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE"] as const) {
    await withServer(closing, async ({ send, seen }) => {
      await send();
      assert.equal((await send({ method })).status, 200);
      assert.equal(seen.length, 3);
    });
  }
  await withServer(closing, async ({ send, seen }) => {
    await send();
    assert.match(
      await codeOf(send({ method: "PUT", body: { size: 4, stream: new WholeStream(Buffer.from("part")) } })),
      /the connection broke/,
    );
    assert.equal(seen.length, 2);
  });
});

test("there are no more connections to a host than there may be, and each request has its turn", async () => {
  let open = 0;
  const slow = (socket: Socket): void => {
    open += 1;
    setTimeout(() => {
      open -= 1;
      socket.write(OK);
    }, 5);
    assert.ok(open <= 2);
  };
  await withServer(slow, async ({ send, connections }) => {
    const answers = await Promise.all(Array.from({ length: 9 }, () => send()));
    assert.deepEqual(new Set(await Promise.all(answers.map(textOf))), new Set(["hello"]));
    assert.equal(connections(), 2);
  });
});

test("a request that is given up while it waits for a connection takes none away", async () => {
  const slow = (socket: Socket): void => void setTimeout(() => socket.write(OK), 20);
  await withServer(slow, async ({ send }) => {
    const stopping = new AbortController();
    const first = [send(), send()];
    const waiting = Array.from({ length: 2 }, () => codeOf(send({ signal: stopping.signal })));
    await new Promise((resolve) => setTimeout(resolve, 5));
    stopping.abort();
    for (const code of await Promise.all(waiting)) assert.match(code, /Interrupted/);
    await Promise.all(first);
    assert.equal(await textOf(await send()), "hello");
  });
});

test("an answer of any length is asked for once where that is said beforehand", async () => {
  const long = `HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(3_000_000)}`;
  await withServer(says(long), async ({ send, seen }) => {
    assert.equal((await textOf(await send({ answer: "any length" }))).length, 3_000_000);
    assert.equal(seen.length, 1);
  });
});

test("a server that says nothing, or stops in the middle, is waited for only so long", async () => {
  for (const begin of ["", "HTTP/1.1 200 OK\r\nContent-Le", OK.slice(0, -2)]) {
    await withServer(says(begin), async ({ send, seen }) => {
      assert.match(await codeOf(send()), /did not answer in time/);
      assert.equal(seen.length, 1);
    });
  }
});

test("an answer that breaks off is an error, also where it is that of an upload", async () => {
  for (const method of ["GET", "PUT"] as const) {
    await withServer(
      (socket) => void socket.end(OK.slice(0, -2)),
      async ({ send }) => assert.match(await codeOf(send({ method })), /the connection broke \(ECONNRESET\)/),
    );
  }
});

test("what is no answer of HTTP is an error", async () => {
  await withServer(says("SSH-2.0-OpenSSH\r\n\r\n"), async ({ send }) => {
    assert.match(await codeOf(send()), /the connection broke \(HPE_/);
    assert.match(await codeOf(send({ method: "PUT" })), /the connection broke \(HPE_/);
  });
});

test("a request that is given up ends at once, and its connection is not used again", async () => {
  await withServer(
    (socket, turn) => void (turn > 1 && socket.write(OK)),
    async ({ send, connections }) => {
      const stopping = new AbortController();
      const sent = send({ signal: stopping.signal });
      setTimeout(() => stopping.abort(), 20);
      assert.match(await codeOf(sent), /Interrupted/);
      assert.equal(await textOf(await send()), "hello");
      assert.equal(connections(), 2);
    },
  );
});

test("a field that would be read as another field is not sent", async () => {
  await withServer(says(OK), async ({ send, seen }) => {
    assert.match(await codeOf(send({ headers: { authorization: "Bearer x\r\nX-Other: y" } })), /ERR_INVALID_CHAR/);
    assert.equal(await textOf(await send()), "hello");
    assert.equal(seen.length, 1);
  });
});

test.run();
