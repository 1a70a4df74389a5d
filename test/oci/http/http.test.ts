import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import { createHttp, type HttpAnswer, readBytes } from "../../../src/oci/http/index.ts";
import { type Script, type ScriptedRegistry, startScriptedRegistry } from "../../rig/scripted-registry.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 4, baseMs: 1, capMs: 5, patienceMs: 3000 } };
const servers: ScriptedRegistry[] = [];

async function serve(script: Script): Promise<ScriptedRegistry> {
  const server = await startScriptedRegistry({ script });
  servers.push(server);
  return server;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  throw new Error("it did not fail");
}

const text = async (answer: HttpAnswer): Promise<string> => Buffer.from(await readBytes(answer, 1000)).toString();

test.after.each(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

test("how far a host is, is known from its first answer on", async () => {
  const server = await serve(() => ({ status: 200, body: "yes" }));
  const url = new URL(`${server.url}/v2/`);
  const http = createHttp();
  assert.equal(http.roundTripMs(url), undefined);
  const begun = performance.now();
  await http.send({ method: "HEAD", url, signal: never });
  const took = performance.now() - begun;
  const known = http.roundTripMs(url) ?? Number.NaN;
  assert.ok(known > 0 && known <= took, `${known} of ${took} ms`);
  assert.equal(http.roundTripMs(new URL("https://other.example.com")), undefined);
});

test("how far a host is, a connection tells before anything is answered", async () => {
  const server = await serve(() => ({ status: 200, delayMs: 2000 }));
  const url = new URL(`${server.url}/v2/`);
  const http = createHttp(quick);
  const stop = new AbortController();
  const asked = failureOf(http.send({ method: "HEAD", url, signal: stop.signal }));
  for (let waited = 0; http.roundTripMs(url) === undefined && waited < 1500; waited += 5) await delay(5);
  assert.ok((http.roundTripMs(url) ?? 0) > 0);
  stop.abort();
  assert.equal((await asked).class, "cancelled");
});

test("credentials go along within an origin, and never to another", async () => {
  const store = await serve(() => ({ status: 200, body: "bytes" }));
  const registry = await serve(({ path }) =>
    path === "/a"
      ? { status: 307, headers: { location: "/b" } }
      : { status: 302, headers: { location: `${store.url}/c?signed=1` } },
  );
  const url = new URL(`${registry.url}/a`);
  const answer = await createHttp().send({ method: "GET", url, headers: { authorization: "Bearer x" }, signal: never });
  assert.equal(await text(answer), "bytes");
  assert.deepEqual(
    registry.log.map((seen) => seen.headers.authorization),
    ["Bearer x", "Bearer x"],
  );
  assert.equal(store.log[0]?.headers.authorization, undefined);
  assert.equal(store.log[0]?.query.get("signed"), "1");
});

test("a circle of redirects ends", async () => {
  const registry = await serve(() => ({ status: 302, headers: { location: "/" } }));
  const failure = await failureOf(createHttp().send({ method: "GET", url: new URL(registry.url), signal: never }));
  assert.equal(failure.code, "registry/unexpected-answer");
  assert.equal(registry.log.length, 6);
});

test("429 is waited out, as long as the server asks", async () => {
  const registry = await serve(({ index }) =>
    index === 0 ? { status: 429, headers: { "retry-after": "1" } } : { status: 200, body: "now" },
  );
  const start = performance.now();
  const answer = await createHttp(quick).send({ method: "GET", url: new URL(registry.url), signal: never });
  assert.equal(await text(answer), "now");
  assert.ok(performance.now() - start >= 1000);
  assert.equal(registry.log.length, 2);
});

test("a host that wants more patience than we have is not waited for", async () => {
  const registry = await serve(() => ({ status: 429, headers: { "retry-after": "3600" } }));
  const answer = await createHttp(quick).send({ method: "GET", url: new URL(registry.url), signal: never });
  assert.equal(answer.status, 429);
  assert.equal(registry.log.length, 1);
  answer.body.resume();
});

test("broken connections and gateway errors are tried again", async () => {
  const registry = await serve(({ index }) => {
    if (index === 0) return "drop";
    return index === 1 ? { status: 502, body: "<html>" } : { status: 200, body: "there" };
  });
  const answer = await createHttp(quick).send({ method: "GET", url: new URL(registry.url), signal: never });
  assert.equal(await text(answer), "there");
  assert.equal(registry.log.length, 3);
});

test("a host where nothing listens is named, with what to do", async () => {
  const registry = await serve(() => undefined);
  await registry.stop();
  const failure = await failureOf(createHttp(quick).send({ method: "GET", url: new URL(registry.url), signal: never }));
  assert.equal(failure.code, "registry/unreachable");
  assert.equal(failure.message, `${registry.host} cannot be reached: nothing listens there`);
});

test("a server that says nothing is given up", async () => {
  const registry = await serve(() => ({ status: 200, delayMs: 2000 }));
  const http = createHttp({ idleMs: 50, backoff: { attempts: 2, baseMs: 1, capMs: 1 } });
  const failure = await failureOf(http.send({ method: "GET", url: new URL(registry.url), signal: never }));
  assert.match(failure.message, /did not answer in time/);
  assert.equal(registry.log.length, 2);
});

test("an abort ends a request at once", async () => {
  const registry = await serve(() => ({ status: 200, delayMs: 2000 }));
  const start = performance.now();
  const signal = AbortSignal.timeout(30);
  const failure = await failureOf(createHttp(quick).send({ method: "GET", url: new URL(registry.url), signal }));
  assert.equal(failure.class, "cancelled");
  assert.ok(performance.now() - start < 1000);
});

test("a body larger than its limit is refused", async () => {
  const registry = await serve(() => ({ status: 200, body: "x".repeat(2000) }));
  const answer = await createHttp().send({ method: "GET", url: new URL(registry.url), signal: never });
  assert.equal((await failureOf(readBytes(answer, 1000))).code, "registry/unexpected-answer");
});

test("connections are used again, and bounded", async () => {
  const registry = await serve(() => ({ status: 200, body: "ok", delayMs: 5 }));
  const http = createHttp({ connectionsPerHost: 2 });
  const send = async (): Promise<string> =>
    text(await http.send({ method: "GET", url: new URL(registry.url), signal: never }));
  const answers = await Promise.all(Array.from({ length: 8 }, send));
  assert.deepEqual(new Set(answers), new Set(["ok"]));
  assert.equal(new Set(registry.log.map(({ port }) => port)).size, 2);
  http.close();
});

test("a host that is expected to be asked is connected to before, and those connections are the ones that are used", async () => {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {}).on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`);
  const http = createHttp(quick);
  try {
    await http.expect(url, 3);
    for (let waited = 0; connections < 3 && waited < 2000; waited += 5) await delay(5);
    assert.equal(connections, 3);
    const send = async (): Promise<string> => text(await http.send({ method: "GET", url, signal: never }));
    assert.deepEqual(await Promise.all([send(), send(), send()]), ["ok", "ok", "ok"]);
    assert.equal(connections, 3);
  } finally {
    http.close();
    server.close();
  }
});

test("what is expected of a host where nothing listens fails when it is asked, not before", async () => {
  const registry = await serve(() => ({ status: 200 }));
  await registry.stop();
  for (const address of [registry.url, registry.url.replace("http:", "https:")]) {
    const url = new URL(address);
    const http = createHttp({ backoff: { ...quick.backoff, attempts: 1 } });
    await http.expect(url, 5);
    await delay(20);
    const failure = await failureOf(http.send({ method: "GET", url, signal: never }));
    assert.equal(failure.code, "registry/unreachable");
    http.close();
  }
});

test.run();
