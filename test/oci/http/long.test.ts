import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { failuresOf } from "../../../src/failure/index.ts";
import { createHttp, type HttpAnswer, readBytes, type StreamBody } from "../../../src/oci/http/index.ts";
import { withProxyEnvironment } from "../../rig/proxy-environment.ts";

const content = randomBytes(3_000_000);
const CREATED = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
const IDLE_MS = 150;

interface Scene {
  readonly put: (body: StreamBody, signal?: AbortSignal) => Promise<HttpAnswer>;
  readonly connections: () => number;
}

/** What the server knows of a request: `head` once that is there, and its body so far. */
interface Seen {
  readonly socket: Socket;
  readonly head: string;
  readonly body: () => Buffer;
}

/** By hand, and, as a server may be one's own proxy, by Node's client. */
const WAYS = ["directly", "through a proxy"] as const;
let way: (typeof WAYS)[number] = "directly";

/** A test of each of the ways. */
function testEach(name: string, body: () => Promise<void>): void {
  for (const one of WAYS) {
    test(`${name} (${one})`, async () => {
      way = one;
      await body();
    });
  }
}

/** A server that does as `heed` says, with each piece that comes of a request. */
async function withServer(heed: (seen: Seen) => void, body: (scene: Scene) => Promise<void>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let came = Buffer.alloc(0);
    socket
      .on("error", () => {})
      .on("data", (bytes) => {
        came = Buffer.concat([came, bytes]);
        const end = came.indexOf("\r\n\r\n");
        if (end === -1) return;
        const head = came.toString("latin1", 0, end);
        heed({ socket, head, body: () => came.subarray(end + 4) });
        if (came.length === end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1])) came = Buffer.alloc(0);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = new URL(`http://${way === "directly" ? host : "registry.test"}/v2/a/blobs/uploads/1?digest=x`);
  const proxies = way === "directly" ? "none" : "environment";
  const http = createHttp({ backoff: { attempts: 1, baseMs: 1, capMs: 2 }, idleMs: IDLE_MS, proxies });
  const put: Scene["put"] = (sent, signal = new AbortController().signal) =>
    http.send({ method: "PUT", url, body: sent, signal });
  try {
    const scene: Scene = { put, connections: () => sockets.size };
    await withProxyEnvironment({ HTTP_PROXY: `http://${host}` }, () => body(scene));
  } finally {
    http.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const pieces = (bytes: Buffer, size = 100_000): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
const bodyOf = (stream: Readable, size = content.length): StreamBody => ({ size, stream });
const whole = (): StreamBody => bodyOf(Readable.from(pieces(content)));
const isWhole = ({ body }: Seen): boolean => body().length === content.length;
/** Waits for a stream to be told that nobody reads it any more. */
const letGo = async (stream: Readable): Promise<void> => {
  if (!stream.closed) await new Promise((closed) => stream.once("close", closed));
};
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing",
    (error) => failuresOf(error)[0]?.message ?? String(error),
  );

testEach("a long body arrives as it is, with its length, over a connection that is used again", async () => {
  const came: Buffer[] = [];
  const heads: string[] = [];
  const heed = (seen: Seen): void => {
    if (!isWhole(seen)) return;
    came.push(Buffer.from(seen.body()));
    heads.push(seen.head);
    seen.socket.write(CREATED);
  };
  await withServer(heed, async ({ put, connections }) => {
    let counted = 0;
    const count = (bytes: number): void => {
      counted += bytes;
    };
    for (let i = 0; i < 2; i++) assert.equal((await put({ ...whole(), onBytes: count })).status, 201);
    assert.ok(came.every((body) => body.equals(content)));
    assert.equal(counted, 2 * content.length);
    assert.match(
      heads[0] ?? "",
      /^PUT \S*\/v2\/a\/blobs\/uploads\/1\?digest=x HTTP\/1\.1\r\n[\s\S]*content-length: 3000000\r\n/,
    );
    if (way === "directly") assert.equal(connections(), 1);
  });
});

testEach("a server is sent no more than it takes", async () => {
  const paused: Socket[] = [];
  const heed = (seen: Seen): void => {
    if (isWhole(seen)) seen.socket.write(CREATED);
    else if (paused.length === 0) paused.push(seen.socket.pause());
  };
  await withServer(heed, async ({ put }) => {
    let given = 0;
    const most = 60_000_000;
    const endless = Readable.from(
      (function* () {
        for (; given < most; given += 100_000) yield randomBytes(100_000);
      })(),
    );
    const sent = messageOf(put(bodyOf(endless, most)));
    await sleep(IDLE_MS / 2);
    assert.ok(given < most / 2, `${given} bytes were read`);
    assert.match(await sent, /did not answer in time/);
    await letGo(endless);
  });
});

testEach(
  "an answer before the end of a body is an answer; the rest stays, and the connection is not used again",
  async () => {
    const refused = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";
    let turn = 0;
    const heed = (seen: Seen): void => {
      if (turn === 0) {
        turn = 1;
        seen.socket.write(refused);
      } else if (turn > 1 && isWhole(seen)) seen.socket.write(CREATED);
    };
    await withServer(heed, async ({ put, connections }) => {
      const stream = Readable.from(pieces(Buffer.alloc(50_000_000)));
      const answer = await put(bodyOf(stream, 50_000_000));
      assert.deepEqual([answer.status, String(await readBytes(answer, 10))], [413, "no"]);
      await letGo(stream);
      turn = 2;
      assert.equal((await put(whole())).status, 201);
      assert.equal(connections(), 2);
    });
  },
);

testEach(
  "a source that fails or ends before its end is the reason, and the server sees the connection end",
  async () => {
    const broken = new Error("the source is broken");
    async function* failing() {
      yield content.subarray(0, 500_000);
      throw broken;
    }
    const short = () => Readable.from([content.subarray(0, 500_000)]);
    const early = (): Readable => {
      const stream = new Readable({ read() {} });
      stream.push(content.subarray(0, 500_000));
      setTimeout(() => stream.destroy(), 30);
      return stream;
    };
    for (const [stream, reason] of [
      [Readable.from(failing()), /the source is broken/],
      [short(), /ended before their end/],
      [early(), /ended before their end/],
      [Readable.from(pieces(Buffer.alloc(content.length + 1))), /more bytes to send/],
    ] as const) {
      let ended: Promise<unknown> | undefined;
      await withServer(
        ({ socket }) => {
          ended ??= once(socket, "close");
        },
        async ({ put }) => {
          assert.match(await messageOf(put(bodyOf(stream))), reason);
          await ended;
        },
      );
    }
  },
);

testEach("a source that has failed or was let go before is not begun", async () => {
  for (const [error, reason] of [
    [new Error("gone"), /gone/],
    [undefined, /ended before their end/],
  ] as const) {
    await withServer(
      () => assert.fail("something was sent"),
      async ({ put }) => {
        const stream = Readable.from(pieces(content));
        stream.on("error", () => {}).destroy(error);
        await letGo(stream);
        assert.match(await messageOf(put(bodyOf(stream))), reason);
      },
    );
  }
});

testEach("a server has longer to answer once it has all, and a slow source is no fault of it", async () => {
  async function* slow() {
    for (const piece of pieces(content, 1_000_000)) {
      await sleep(1.5 * IDLE_MS);
      yield piece;
    }
  }
  const heed = (seen: Seen): void => {
    if (isWhole(seen)) setTimeout(() => seen.socket.write(CREATED), 2 * IDLE_MS);
  };
  await withServer(heed, async ({ put }) => assert.equal((await put(bodyOf(Readable.from(slow())))).status, 201));
  await withServer(
    () => {},
    async ({ put }) => assert.match(await messageOf(put(whole())), /did not answer in time/),
  );
});

testEach("a connection that breaks, and a request that is given up, end it", async () => {
  await withServer(
    ({ socket }) => void socket.destroy(),
    async ({ put }) => assert.match(await messageOf(put(whole())), /the connection broke \((ECONNRESET|EPIPE)\)/),
  );
  await withServer(
    () => {},
    async ({ put }) => {
      const stopping = new AbortController();
      const body = whole();
      const sent = put(body, stopping.signal);
      setTimeout(() => stopping.abort(), 20);
      assert.match(await messageOf(sent), /Interrupted/);
      await letGo(body.stream);
    },
  );
});

test.run();
