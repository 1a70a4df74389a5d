import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { test } from "uvu";
import { failureOf } from "../../src/failure/index.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { type ServedRequest, serveLayout } from "../../src/oci/server/index.ts";
import { inFolder, withRegistry } from "./temporary.ts";

type Registry = Parameters<Parameters<typeof withRegistry>[0]>[0];

const call = (registry: Registry, path: string, init: RequestInit = {}) =>
  fetch(`http://${registry.host}${path}`, init);

async function codeIn(answer: Response): Promise<string> {
  const body = (await answer.json()) as { errors: { code: string; message: string }[] };
  assert.equal(body.errors.length, 1);
  assert.ok(body.errors[0]?.message);
  return body.errors[0].code;
}

async function pushBlob(registry: Registry, repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const answer = await call(registry, `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    body: content,
  });
  assert.equal(answer.status, 201);
  return digest;
}

async function pushImage(registry: Registry, repository: string, reference: string, extra: object = {}) {
  const config = await pushBlob(registry, repository, "{}");
  const layer = await pushBlob(registry, repository, `a layer of ${repository}`);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: { mediaType: MediaType.ociConfig, digest: config, size: 2 },
    layers: [{ mediaType: MediaType.ociLayerGzip, digest: layer, size: `a layer of ${repository}`.length }],
    ...extra,
  });
  const digest = digestOf(body);
  const answer = await putManifest(registry, repository, reference === "" ? digest : reference, body);
  return { body, digest, config, layer, answer };
}

const putManifest = (registry: Registry, repository: string, reference: string, body: string | Uint8Array) =>
  call(registry, `/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    body,
    headers: { "Content-Type": MediaType.ociManifest },
  });

async function startUpload(registry: Registry, repository = "app"): Promise<string> {
  const answer = await call(registry, `/v2/${repository}/blobs/uploads/`, { method: "POST" });
  assert.equal(answer.status, 202);
  return answer.headers.get("location") ?? "";
}

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

test("a manifest is pulled by tag and digest as it was pushed", () =>
  withRegistry(async (registry) => {
    const { body, digest, answer } = await pushImage(registry, "team/app", "1");
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("location"), `/v2/team/app/manifests/${digest}`);
    for (const reference of ["1", digest, encodeURIComponent(digest)]) {
      const got = await call(registry, `/v2/team/app/manifests/${reference}`);
      assert.equal(got.status, 200);
      assert.equal(got.headers.get("content-type"), MediaType.ociManifest);
      assert.equal(got.headers.get("docker-content-digest"), digest);
      assert.equal(await got.text(), body);
      const head = await call(registry, `/v2/team/app/manifests/${reference}`, { method: "HEAD" });
      assert.equal(head.headers.get("content-length"), String(body.length));
      assert.equal(await head.text(), "");
    }
  }));

test("what is not there is told apart by its code", () =>
  withRegistry(async (registry) => {
    await pushImage(registry, "app", "1");
    const none = digestOf("none");
    for (const [path, code] of [
      ["/v2/app/manifests/2", "MANIFEST_UNKNOWN"],
      [`/v2/app/manifests/${none}`, "MANIFEST_UNKNOWN"],
      [`/v2/app/blobs/${none}`, "BLOB_UNKNOWN"],
      ["/v2/app/blobs/uploads/none", "BLOB_UPLOAD_UNKNOWN"],
      ["/v2/other/tags/list", "NAME_UNKNOWN"],
    ] as const) {
      const answer = await call(registry, path);
      assert.equal(answer.status, 404, path);
      assert.equal(await codeIn(answer), code);
    }
  }));

test("a blob is pushed in one POST, in POST and PUT, in chunks and as a stream", () =>
  withRegistry(async (registry, folder) => {
    await pushBlob(registry, "app", "single");

    const whole = digestOf("monolithic");
    const put = await call(registry, `${await startUpload(registry)}?digest=${whole}`, {
      method: "PUT",
      body: "monolithic",
    });
    assert.equal(put.status, 201);
    assert.equal(put.headers.get("location"), `/v2/app/blobs/${whole}`);

    const chunked = await startUpload(registry);
    for (const [chunk, range] of [
      ["one,", "0-3"],
      ["two,", "4-7"],
    ] as const) {
      const headers = { "Content-Range": range, "Content-Type": "application/octet-stream" };
      const patched = await call(registry, chunked, { method: "PATCH", body: chunk, headers });
      assert.equal(patched.status, 202);
      assert.equal(patched.headers.get("range"), `0-${range.split("-")[1]}`);
    }
    const status = await call(registry, chunked);
    assert.equal(status.status, 204);
    assert.equal(status.headers.get("range"), "0-7");
    const headers = { "Content-Range": "8-12" };
    const digest = digestOf("one,two,three");
    const last = await call(registry, `${chunked}?digest=${digest}`, { method: "PUT", body: "three", headers });
    assert.equal(last.status, 201);

    const streamed = await startUpload(registry);
    const body = new ReadableStream({
      start(controller) {
        for (const part of ["str", "eam", "ed"]) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    const patch = { method: "PATCH", body, duplex: "half" } as RequestInit;
    assert.equal((await call(registry, streamed, patch)).status, 202);
    const end = await call(registry, `${streamed}?digest=${digestOf("streamed")}`, { method: "PUT" });
    assert.equal(end.status, 201);

    for (const content of ["single", "monolithic", "one,two,three", "streamed"]) {
      assert.equal(await (await call(registry, `/v2/app/blobs/${digestOf(content)}`)).text(), content);
    }
    assert.deepEqual(await readdir(join(folder, "uploads")), []);
  }));

test("an empty blob and a sha512 blob can be pushed and pulled", () =>
  withRegistry(async (registry) => {
    const empty = await pushBlob(registry, "app", "");
    const got = await call(registry, `/v2/app/blobs/${empty}`);
    assert.equal(got.headers.get("content-length"), "0");
    assert.equal(await got.text(), "");
    const digest = `sha512:${createHash("sha512").update("long").digest("hex")}`;
    for (const start of ["/v2/app/blobs/uploads/?digest-algorithm=sha512", "/v2/app/blobs/uploads/"]) {
      const opened = await call(registry, start, { method: "POST" });
      const put = await call(registry, `${opened.headers.get("location")}?digest=${digest}`, {
        method: "PUT",
        body: "long",
      });
      assert.equal(put.status, 201);
    }
    assert.equal(await (await call(registry, `/v2/app/blobs/${digest}`)).text(), "long");
  }));

test("a chunk that does not follow the last is refused with 416 and what is there", () =>
  withRegistry(async (registry) => {
    const upload = await startUpload(registry);
    await call(registry, upload, { method: "PATCH", body: "1234", headers: { "Content-Range": "0-3" } });
    const refused = await call(registry, upload, { method: "PATCH", body: "78", headers: { "Content-Range": "6-7" } });
    assert.equal(refused.status, 416);
    assert.equal(refused.headers.get("range"), "0-3");
    assert.equal(refused.headers.get("location"), upload);
    const odd = await call(registry, upload, { method: "PATCH", body: "567", headers: { "Content-Range": "4-5" } });
    assert.equal(await codeIn(odd), "SIZE_INVALID");
  }));

test("a blob under a digest that it does not have is refused and forgotten", () =>
  withRegistry(async (registry, folder) => {
    const upload = await startUpload(registry);
    const wrong = await call(registry, `${upload}?digest=${digestOf("right")}`, { method: "PUT", body: "wrong" });
    assert.equal(wrong.status, 400);
    assert.equal(await codeIn(wrong), "DIGEST_INVALID");
    assert.equal((await call(registry, upload)).status, 404);
    assert.equal((await call(registry, `/v2/app/blobs/${digestOf("right")}`)).status, 404);
    for (const digest of ["", "?digest=", "?digest=sha256:12", "?digest=md5:00"]) {
      const answer = await call(registry, (await startUpload(registry)) + digest, { method: "PUT", body: "x" });
      assert.equal(await codeIn(answer), "DIGEST_INVALID");
    }
    await registry.close();
    assert.deepEqual(await readdir(join(folder, "uploads")), []);
  }));

test("an upload can be given up, and belongs to its repository", () =>
  withRegistry(async (registry) => {
    const upload = await startUpload(registry, "app");
    assert.equal((await call(registry, upload.replace("/app/", "/other/"))).status, 404);
    assert.equal((await call(registry, upload, { method: "DELETE" })).status, 204);
    assert.equal((await call(registry, upload, { method: "DELETE" })).status, 404);
  }));

test("an upload that breaks off can be continued where it stopped", () =>
  withRegistry(async (registry) => {
    const upload = await startUpload(registry);
    const request = httpRequest(`http://${registry.host}${upload}`, {
      method: "PATCH",
      headers: { "Content-Length": 1_000_000 },
    });
    request.on("error", () => {});
    request.write(Buffer.alloc(300_000, "a"));
    const stands = async () => (await call(registry, upload)).headers.get("range");
    await new Promise((resolve) => setTimeout(resolve, 100));
    request.destroy();
    let range = await stands();
    for (let tries = 0; range === "0-0" && tries < 50; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      range = await stands();
    }
    const offset = Number(range?.split("-")[1]) + 1;
    assert.ok(offset > 1 && offset <= 300_000, `it stands at ${range}`);
    const content = "a".repeat(400_000);
    const rest = content.slice(offset);
    const headers = { "Content-Range": `${offset}-${content.length - 1}` };
    const put = await call(registry, `${upload}?digest=${digestOf(content)}`, { method: "PUT", body: rest, headers });
    assert.equal(put.status, 201);
  }));

test("two requests do not write to one upload at the same time", () =>
  withRegistry(async (registry) => {
    const upload = await startUpload(registry);
    const first = httpRequest(`http://${registry.host}${upload}`, {
      method: "PATCH",
      headers: { "Content-Length": 4 },
    });
    first.write("ab");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await call(registry, upload, { method: "PATCH", body: "xx" });
    assert.equal(second.status, 409);
    first.end("cd");
    const [answer] = await once(first, "response");
    assert.equal(answer.headers.range, "0-3");
    answer.resume();
  }));

test("uploads that nobody continues for an hour are given up", async () => {
  let clock = Date.now();
  await withRegistry(
    async (registry, folder) => {
      const upload = await startUpload(registry);
      clock += 61 * 60 * 1000;
      await startUpload(registry);
      assert.equal((await call(registry, upload)).status, 404);
      assert.equal((await readdir(join(folder, "uploads"))).length, 1);
    },
    { now: () => clock },
  );
});

test("a blob of another repository is mounted, and an upload opened where there is none", () =>
  withRegistry(async (registry) => {
    const digest = await pushBlob(registry, "base", "shared");
    const mounted = await call(registry, `/v2/app/blobs/uploads/?mount=${digest}&from=base`, { method: "POST" });
    assert.equal(mounted.status, 201);
    assert.equal(mounted.headers.get("location"), `/v2/app/blobs/${digest}`);
    const none = `/v2/app/blobs/uploads/?mount=${digestOf("none")}&from=base`;
    const opened = await call(registry, none, { method: "POST" });
    assert.equal(opened.status, 202);
    const upload = `${opened.headers.get("location")}?digest=${digestOf("none")}`;
    assert.equal((await call(registry, upload, { method: "PUT", body: "none" })).status, 201);
  }));

test("parts of a blob are sent where Range asks for one", () =>
  withRegistry(async (registry) => {
    const digest = await pushBlob(registry, "app", "0123456789");
    const get = (range: string, more = {}) =>
      call(registry, `/v2/app/blobs/${digest}`, { headers: { Range: range, ...more } });
    for (const [range, body, told] of [
      ["bytes=2-4", "234", "bytes 2-4/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=-3", "789", "bytes 7-9/10"],
      ["bytes=5-500", "56789", "bytes 5-9/10"],
    ] as const) {
      const part = await get(range);
      assert.equal(part.status, 206, range);
      assert.equal(part.headers.get("content-range"), told);
      assert.equal(await part.text(), body);
    }
    const beyond = await get("bytes=10-");
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get("content-range"), "bytes */10");
    assert.equal((await get("bytes=0-1,4-5")).status, 200);
    assert.equal((await get("bytes=2-", { "If-Range": '"of before"' })).status, 200);
    assert.equal((await get("bytes=2-", { "If-Range": `"${digest}"` })).status, 206);
  }));

test("a manifest is refused before its blobs, and with a body that is none", () =>
  withRegistry(async (registry) => {
    const missing = JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: MediaType.ociConfig, digest: digestOf("nowhere"), size: 7 },
      layers: [],
    });
    const early = await putManifest(registry, "app", "1", missing);
    assert.equal(early.status, 404);
    assert.equal(await codeIn(early), "MANIFEST_BLOB_UNKNOWN");
    for (const body of ["", "not JSON", "[]", "{}", '{"mediaType":"application/vnd.oci.image.index.v1+json"}']) {
      const answer = await putManifest(registry, "app", "1", body);
      assert.equal(answer.status, 400, body);
      assert.equal(await codeIn(answer), "MANIFEST_INVALID");
    }
    const { body } = await pushImage(registry, "app", "1");
    const other = await putManifest(registry, "app", digestOf("other"), body);
    assert.equal(await codeIn(other), "DIGEST_INVALID");
  }));

test("an index is refused before its children, and taken after them", () =>
  withRegistry(async (registry) => {
    const { digest, body } = await pushImage(registry, "other", "1");
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociIndex,
      manifests: [{ mediaType: MediaType.ociManifest, digest, size: body.length }],
    });
    const push = () =>
      call(registry, "/v2/app/manifests/1", {
        method: "PUT",
        body: index,
        headers: { "Content-Type": MediaType.ociIndex },
      });
    assert.equal(await codeIn(await push()), "MANIFEST_BLOB_UNKNOWN");
    await putManifest(registry, "app", digest, body);
    assert.equal((await push()).status, 201);
  }));

test("a manifest of 5 MB is taken, one of more than 16 MB refused, announced or not", () =>
  withRegistry(async (registry) => {
    const { body } = await pushImage(registry, "app", "1");
    const padded = (bytes: number) => body.replace(/}$/, `,"annotations":{"pad":"${"x".repeat(bytes)}"}}`);
    assert.equal((await putManifest(registry, "app", "big", padded(5_000_000))).status, 201);
    const announced = await putManifest(registry, "app", "huge", padded(17_000_000));
    assert.equal(announced.status, 413);
    assert.equal(await codeIn(announced), "SIZE_INVALID");
    const request = httpRequest(`http://${registry.host}/v2/app/manifests/huge`, {
      method: "PUT",
      headers: { "Content-Type": MediaType.ociManifest, "Transfer-Encoding": "chunked" },
    });
    request.on("error", () => {});
    request.end(padded(17_000_000));
    const [answer] = await once(request, "response");
    assert.equal(answer.statusCode, 413);
    assert.match(await textOf(answer), /SIZE_INVALID/);
    assert.deepEqual(registry.layout.tags("app"), ["1", "big"]);
  }));

test("one push by digest can set several tags", () =>
  withRegistry(async (registry) => {
    const { body, digest } = await pushImage(registry, "app", "1");
    const answer = await putManifest(registry, "app", `${digest}?tag=2&tag=latest`, body);
    assert.equal(answer.headers.get("oci-tag"), "2, latest");
    assert.deepEqual(registry.layout.tags("app"), ["1", "2", "latest"]);
  }));

test("tags are listed sorted and in pages that are linked", () =>
  withRegistry(async (registry) => {
    for (const tag of ["b", "c", "a", "d", "e"]) await pushImage(registry, "app", tag);
    const seen: string[][] = [];
    let next: string | undefined = "/v2/app/tags/list?n=2";
    while (next !== undefined) {
      const answer: Response = await call(registry, next);
      const { name, tags } = (await answer.json()) as { name: string; tags: string[] };
      assert.equal(name, "app");
      seen.push(tags);
      next = /^<(.*)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(seen, [["a", "b"], ["c", "d"], ["e"]]);
    const rest = await call(registry, "/v2/app/tags/list?last=c");
    assert.deepEqual(((await rest.json()) as { tags: string[] }).tags, ["d", "e"]);
    const none = await call(registry, "/v2/app/tags/list?n=0");
    assert.deepEqual(((await none.json()) as { tags: string[] }).tags, []);
    assert.equal((await call(registry, "/v2/app/tags/list?n=many")).status, 400);
    assert.deepEqual(await (await call(registry, "/v2/_catalog")).json(), { repositories: ["app"] });
  }));

test("referrers are listed, and filtered by artifact type", () =>
  withRegistry(async (registry) => {
    const { digest, body } = await pushImage(registry, "app", "1");
    const subject = { mediaType: MediaType.ociManifest, digest, size: body.length };
    const signed = await pushImage(registry, "app", "", { subject, artifactType: "application/x.signature" });
    assert.equal(signed.answer.headers.get("oci-subject"), digest);
    const sbom = await pushImage(registry, "app", "", { subject, artifactType: "application/x.sbom" });
    const list = async (query: string) => {
      const answer = await call(registry, `/v2/app/referrers/${digest}${query}`);
      assert.equal(answer.headers.get("content-type"), MediaType.ociIndex);
      const { manifests } = (await answer.json()) as { manifests: { digest: string }[] };
      return { applied: answer.headers.get("oci-filters-applied"), digests: manifests.map((one) => one.digest).sort() };
    };
    assert.deepEqual(await list(""), { applied: null, digests: [signed.digest, sbom.digest].sort() });
    const filtered = await list("?artifactType=application/x.sbom");
    assert.deepEqual(filtered, { applied: "artifactType", digests: [sbom.digest] });
    const none = await call(registry, `/v2/nowhere/referrers/${digest}`);
    assert.equal(none.status, 200);
    assert.equal((await call(registry, "/v2/app/referrers/sha256:12")).status, 400);
  }));

test("tags, manifests and blobs are deleted, blobs last", () =>
  withRegistry(async (registry) => {
    const { digest, layer } = await pushImage(registry, "app", "1");
    await call(registry, `/v2/app/manifests/2`, { method: "DELETE" }).then((answer) =>
      assert.equal(answer.status, 404),
    );
    const remove = async (path: string) => (await call(registry, path, { method: "DELETE" })).status;
    assert.equal(await remove(`/v2/app/blobs/${layer}`), 405);
    assert.equal(await remove("/v2/app/manifests/1"), 202);
    assert.equal((await call(registry, "/v2/app/manifests/1")).status, 404);
    assert.equal((await call(registry, `/v2/app/manifests/${digest}`)).status, 200);
    assert.equal(await remove(`/v2/app/manifests/${digest}`), 202);
    assert.equal((await call(registry, `/v2/app/manifests/${digest}`)).status, 404);
    assert.equal(await remove(`/v2/app/blobs/${layer}`), 202);
    assert.equal((await call(registry, `/v2/app/blobs/${layer}`)).status, 404);
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
