import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { test } from "uvu";
import { digestOf } from "../../../src/oci/digest.ts";
import { MediaType } from "../../../src/oci/media-types.ts";
import { withRegistry } from "../temporary.ts";
import { call, codeIn, pushBlob, pushImage, putManifest } from "./calls.ts";

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

test.run();
