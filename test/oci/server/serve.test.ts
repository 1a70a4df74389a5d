import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, symlink, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { test } from "uvu";
import { failureOf } from "../../../src/failure/index.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { type ServedRequest, serveLayout } from "../../../src/oci/server/index.ts";
import { inFolder, withRegistry } from "../temporary.ts";
import { call, codeIn, pushBlob, putManifest, startUpload } from "./calls.ts";

test("the base of the API answers, and other paths do not exist", () =>
  withRegistry(async (registry) => {
    const answer = await call(registry, "/v2/");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("docker-distribution-api-version"), "registry/2.0");
    assert.equal((await call(registry, "/v1/search")).status, 404);
    const refused = await call(registry, "/v2/", { method: "POST" });
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.get("allow"), "GET");
  }));

test("names that would leave the folder are refused", () =>
  withRegistry(async (registry) => {
    for (const path of [
      "/v2/../../etc/manifests/passwd",
      "/v2/%2e%2e/%2e%2e/manifests/1",
      "/v2/App/manifests/1",
      "/v2/a//b/manifests/1",
      `/v2/app%00/blobs/${digestOf("x")}`,
      "/v2/app/blobs/sha256:..%2f..%2f..%2foci-layout",
      "/v2/app/blobs/..%2f..%2findex.json",
      "/v2/%zz/manifests/1",
    ]) {
      // Not by fetch, which would tidy the path up.
      const request = httpRequest({ host: "127.0.0.1", port: registry.host.split(":")[1], path });
      request.end();
      const [answer] = await once(request, "response");
      assert.ok(answer.statusCode === 400 || answer.statusCode === 404, `${path}: ${answer.statusCode}`);
      assert.match(await textOf(answer), /NAME_INVALID|DIGEST_INVALID|UNSUPPORTED/);
    }
    const bad = await putManifest(registry, "app", "-not-a-tag", "{}");
    assert.equal(await codeIn(bad), "TAG_INVALID");
  }));

test("a blob of the folder that is a link to elsewhere is not served", () =>
  withRegistry(async (registry, folder) => {
    await pushBlob(registry, "app", "of its own");
    const secret = join(folder, "secret");
    await writeFile(secret, "secret");
    const digest = digestOf("secret");
    await symlink(secret, join(folder, "blobs", "sha256", digest.slice(7)));
    assert.equal((await call(registry, `/v2/app/blobs/${digest}`)).status, 404);
    assert.equal((await call(registry, `/v2/app/manifests/${digest}`)).status, 404);
  }));

test("a request that is no HTTP does not disturb the others", () =>
  withRegistry(async (registry) => {
    const [host, port] = registry.host.split(":");
    const socket = connect(Number(port), host);
    socket.on("error", () => {});
    socket.resume();
    socket.end("\x16\x03\x01 this is TLS\r\n\r\n");
    await once(socket, "close");
    assert.equal((await call(registry, "/v2/")).status, 200);
  }));

test("every request is told to who asks for it", async () => {
  const seen: ServedRequest[] = [];
  await withRegistry(
    async (registry) => {
      await (await call(registry, "/v2/")).text();
      await (await call(registry, "/v2/app/tags/list?n=1")).text();
    },
    { onRequest: (request) => seen.push(request) },
  );
  assert.deepEqual(
    seen.map(({ method, url, status }) => [method, url, status]),
    [
      ["GET", "/v2/", 200],
      ["GET", "/v2/app/tags/list?n=1", 404],
    ],
  );
});

test("it listens on loopback alone, and says why it cannot", () =>
  inFolder(async (folder) => {
    const serve = (host: string, port = 0) => serveLayout({ folder, listen: { host, port } });
    for (const host of ["0.0.0.0", "::", "192.168.1.1", "example.org"]) {
      await assert.rejects(serve(host), (error: unknown) => failureOf(error).code === "oci/not-loopback");
    }
    const registry = await serve("127.0.0.1");
    const port = Number(registry.host.split(":")[1]);
    await assert.rejects(serve("127.0.0.1", port), (error: unknown) => failureOf(error).code === "oci/cannot-listen");
    await registry.close();
    await assert.rejects(fetch(`http://${registry.host}/v2/`));
  }));

test("it closes although a client holds a connection and an upload open", () =>
  withRegistry(async (registry, folder) => {
    const upload = await startUpload(registry);
    const request = httpRequest(`http://${registry.host}${upload}`, {
      method: "PATCH",
      headers: { "Content-Length": 9 },
    });
    request.on("error", () => {});
    request.write("half");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = performance.now();
    await registry.close();
    assert.ok(performance.now() - started < 3000);
    assert.deepEqual(await readdir(join(folder, "uploads")), []);
  }));

test.run();
