import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { test } from "uvu";
import { createHttp, type Http, type HttpAnswer } from "../../../src/oci/http/index.ts";

const never = new AbortController().signal;
const content = randomBytes(3_000_000);
const head = (more = ""): string => `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${more}\r\n`;

interface Scene {
  readonly get: () => Promise<HttpAnswer>;
  readonly connections: () => number;
}

/** A server that does as `answer` says with each request; `turn` counts them. */
async function withServer(
  answer: (socket: Socket, turn: number) => void,
  body: (scene: Scene) => Promise<void>,
  patience: { readonly idleMs?: number } = {},
) {
  let [turn, connections] = [0, 0];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket
      .on("error", () => {})
      .on("data", (bytes) => {
        if (bytes.includes("\r\n\r\n")) answer(socket, ++turn);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/blob`);
  const http: Http = createHttp({ backoff: { attempts: 2, baseMs: 1, capMs: 2 }, ...patience });
  const get = (): Promise<HttpAnswer> => http.send({ method: "GET", url, answer: "bulk", signal: never });
  try {
    await body({ get, connections: () => connections });
  } finally {
    http.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function read({ body }: HttpAnswer, pauseMs = 0): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(Buffer.from(chunk));
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return Buffer.concat(chunks);
}

test("large bodies come whole over a connection that is kept, for slow readers too", async () => {
  const answer = (socket: Socket): void => void socket.write(Buffer.concat([Buffer.from(head()), content]));
  await withServer(answer, async ({ get, connections }) => {
    for (const pauseMs of [0, 5, 0]) assert.ok((await read(await get(), pauseMs)).equals(content));
    assert.equal(connections(), 1);
  });
});

test("an answer means the same wherever the network cuts it", async () => {
  const small = Buffer.from(
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
  );
  for (let cut = 1; cut < small.length; cut += 3) {
    const answer = (socket: Socket): void => {
      socket.setNoDelay(true).write(small.subarray(0, cut));
      setTimeout(() => socket.write(small.subarray(cut)), 2);
    };
    await withServer(answer, async ({ get }) => {
      const got = await get();
      assert.deepEqual([got.status, got.headers["x-a"], String(await read(got))], [404, "b", "hello"]);
    });
  }
});

test("what is out of the ordinary is left to Node's client", async () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  await withServer(
    (socket) => void socket.write(chunked),
    async ({ get, connections }) => {
      assert.equal(String(await read(await get())), "hello");
      assert.equal(connections(), 2);
    },
  );
});

test("a body that is cut short is an error", async () => {
  await withServer(
    (socket) => void socket.end(Buffer.concat([Buffer.from(head()), content.subarray(0, 1_000_000)])),
    async ({ get }) => {
      const answer = await get();
      await assert.rejects(read(answer), { code: "ECONNRESET" });
    },
  );
});

test("a server that is silent after it had to wait for the reader is given up too", async () => {
  await withServer(
    (socket) => void socket.write(Buffer.concat([Buffer.from(head()), content.subarray(0, 400_000)])),
    async ({ get }) => {
      const answer = await get();
      await new Promise((resolve) => setTimeout(resolve, 250));
      assert.equal(answer.body.errored, null);
      await assert.rejects(read(answer), /no answer in time/);
    },
    { idleMs: 100 },
  );
});

test("a kept connection that the server has closed costs no failure", async () => {
  const answer = (socket: Socket, turn: number): void => {
    if (turn === 2) socket.destroy();
    else socket.write(Buffer.concat([Buffer.from(head()), content]));
  };
  await withServer(answer, async ({ get, connections }) => {
    assert.ok((await read(await get())).equals(content));
    assert.ok((await read(await get())).equals(content));
    assert.equal(connections(), 2);
  });
});

test("a connection that is to be closed is not used again", async () => {
  const answer = (socket: Socket): void =>
    void socket.write(Buffer.concat([Buffer.from(head("Connection: close\r\n")), content]));
  await withServer(answer, async ({ get, connections }) => {
    for (let i = 0; i < 2; i++) assert.ok((await read(await get())).equals(content));
    assert.equal(connections(), 2);
  });
});

test.run();
