import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { test } from "uvu";
import { digestOf } from "../../../src/oci/digest.ts";
import { withRegistry } from "../temporary.ts";
import { call, codeIn, pushBlob, startUpload } from "./calls.ts";

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

test.run();
