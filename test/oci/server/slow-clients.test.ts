import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import { digestOf } from "../../../src/oci/digest.ts";
import type { ServedRequest } from "../../../src/oci/server/index.ts";
import { waitFor } from "../../rig/cli.ts";
import { withRegistry } from "../temporary.ts";
import { call, pushBlob, pushImage, type Registry, startUpload } from "./calls.ts";

/** Clients that take their time, on purpose or because their line is bad. */
const IDLE_MS = 400;
const SOON_MS = 8000;

/** A connection that has sent something; what is answered is not read by itself. */
function sending(registry: Registry, text: string): Socket {
  const [host, port] = registry.host.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => {});
  socket.write(text);
  return socket;
}

/** Sends a byte now and then until the server ends the connection; gives what it said before. */
async function drip(socket: Socket): Promise<string> {
  const said: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => said.push(chunk));
  const timer = setInterval(() => socket.writable && socket.write("x"), IDLE_MS / 8);
  const limit = setTimeout(() => socket.destroy(new Error("it was never let go")), SOON_MS);
  const [hadError] = await once(socket, "close");
  clearInterval(timer);
  clearTimeout(limit);
  assert.ok(!(hadError && socket.errored?.message === "it was never let go"), "it was never let go");
  return Buffer.concat(said).toString("latin1");
}

const rangeOf = async (registry: Registry, upload: string): Promise<string | null> =>
  (await call(registry, upload)).headers.get("range");

test("a client on which nothing moves is let go, in the middle of a head and of a body", () =>
  withRegistry(
    async (registry) => {
      const upload = await startUpload(registry);
      const ended = async (text: string): Promise<number> => {
        const started = performance.now();
        await once(sending(registry, text).resume(), "close");
        return performance.now() - started;
      };
      const waits = await Promise.all([
        ended("GET /v2/ HTTP/1.1\r\nHost: a\r\nX-Half: "),
        ended(`PATCH ${upload} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf`),
      ]);
      for (const wait of waits) assert.ok(wait < SOON_MS, `${wait} ms`);
      // What came of the body stays, to be continued from there.
      await waitFor("the four bytes", async () => (await rangeOf(registry, upload)) === "0-3");
    },
    { idleMs: IDLE_MS },
  ));

test("a head of which a byte comes now and then is answered with 408", () =>
  withRegistry(
    async (registry) => {
      assert.match(await drip(sending(registry, "GET /v2/ HTTP/1.1\r\nX-Long: ")), /^HTTP\/1\.1 408 /);
    },
    { idleMs: IDLE_MS },
  ));

test("a body of which a byte comes now and then is answered with 408, and can be continued", () =>
  withRegistry(
    async (registry) => {
      const upload = await startUpload(registry);
      const head = `PATCH ${upload} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n`;
      assert.match(await drip(sending(registry, head)), /^HTTP\/1\.1 408 [\s\S]*moves next to nothing/);
      const moved = async () => {
        const range = await rangeOf(registry, upload);
        return range !== "0-0" && range;
      };
      const range = (await waitFor("what came of it", moved)) ?? "";
      const there = Number(range.split("-")[1]) + 1;
      assert.ok(there > 1 && there < 1000, range);
      const content = "x".repeat(1000);
      const finish = { method: "PUT", body: content.slice(there) };
      const url = `${upload}?digest=${digestOf(content)}`;
      await waitFor("the upload to be done", async () => (await call(registry, url, finish)).status === 201);
    },
    { idleMs: IDLE_MS },
  ));

test("a client that reads its answer by the byte is let go, and was told of as gone", () => {
  const seen: ServedRequest[] = [];
  return withRegistry(
    async (registry) => {
      // More than the system keeps on the way for a connection.
      const digest = await pushBlob(registry, "app", "x".repeat(40_000_000));
      const socket = sending(registry, `GET /v2/app/blobs/${digest} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const timer = setInterval(() => socket.read(1), IDLE_MS / 8);
      const isTold = () => seen.find(({ method, status }) => method === "GET" && status === 499);
      await waitFor("the server to give up", isTold, SOON_MS);
      clearInterval(timer);
      socket.destroy();
    },
    { idleMs: IDLE_MS, onRequest: (request) => seen.push(request) },
  );
});

test("a slow client whose bytes do come is waited for", () =>
  withRegistry(
    async (registry) => {
      const chunk = "x".repeat(20_000);
      const content = chunk.repeat(10);
      const url = `/v2/app/blobs/uploads/?digest=${digestOf(content)}`;
      const socket = sending(registry, `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`);
      const answer = once(socket, "data");
      for (let sent = 0; sent < content.length; sent += chunk.length) {
        socket.write(chunk);
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS / 4));
      }
      assert.match(String((await answer)[0]), /^HTTP\/1\.1 201 /);
      socket.destroy();
    },
    { idleMs: IDLE_MS },
  ));

test("two hundred clients that hold heads and uploads half sent do not hold up another", () =>
  withRegistry(async (registry, folder) => {
    const { digest } = await pushImage(registry, "app", "1");
    const held: Socket[] = [];
    for (let client = 0; client < 100; client++) {
      const upload = await startUpload(registry);
      held.push(sending(registry, `PATCH ${upload} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf`));
      held.push(sending(registry, "GET /v2/ HTTP/1.1\r\nX-Half: "));
    }
    assert.equal((await readdir(join(folder, "uploads"))).length, 100);
    const started = performance.now();
    assert.equal((await call(registry, `/v2/app/manifests/${digest}`)).status, 200);
    assert.ok(performance.now() - started < 2000);
    for (const socket of held) socket.destroy();
  }));

test("a manifest, and a blob in one request, of which half is sent leave nothing behind", () =>
  withRegistry(async (registry, folder) => {
    const { body } = await pushImage(registry, "app", "1");
    const content = "x".repeat(300_000);
    const before = await readdir(join(folder, "blobs", "sha256"));
    for (const [head, text] of [
      ["PUT /v2/app/manifests/2 HTTP/1.1\r\nContent-Type: application/vnd.oci.image.manifest.v1+json", body],
      [`POST /v2/app/blobs/uploads/?digest=${digestOf(content)} HTTP/1.1`, content],
    ] as const) {
      const length = `Content-Length: ${text.length}`;
      const socket = sending(registry, `${head}\r\nHost: a\r\n${length}\r\n\r\n${text.slice(0, text.length / 2)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.destroy();
    }
    await waitFor("the uploads to be gone", async () => (await readdir(join(folder, "uploads"))).length === 0);
    assert.deepEqual(await readdir(join(folder, "blobs", "sha256")), before);
    assert.deepEqual(registry.layout.tags("app"), ["1"]);
  }));

test("a head that is too long is answered with 431", () =>
  withRegistry(async (registry) => {
    const socket = sending(registry, `GET /v2/ HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(100_000)}\r\n\r\n`);
    assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 431 /);
    socket.destroy();
    assert.equal((await call(registry, "/v2/")).status, 200);
  }));

test.run();
