import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { openArchive } from "../../../src/oci/archive/index.ts";
import { assembleImage } from "../../../src/oci/assemble/index.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { openLayout, storeImage } from "../../../src/oci/layout/index.ts";
import { type Served, serveContent } from "../../../src/oci/server/index.ts";
import { inFolder } from "../temporary.ts";
import { call, codeIn } from "./calls.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const listen = { host: "127.0.0.1", port: 0 };

/** A tar of images under the names they have elsewhere. */
async function archiveOf(folder: string, repositories: readonly string[]): Promise<string> {
  const layout = await openLayout(join(folder, "layout"));
  for (const repository of repositories) {
    const image = await assembleImage(
      { name: repository, files: [{ path: "a", source: Buffer.from(repository) }] },
      signal,
    );
    const as = { repository, tags: ["1"] };
    await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
  }
  const tar = join(folder, "archive.tar");
  await exec("tar", ["-cf", tar, "-C", join(folder, "layout"), "oci-layout", "index.json", "blobs"]);
  return tar;
}

async function served(files: readonly [string, ...string[]], body: (served: Served) => Promise<void>): Promise<void> {
  const layout = await openArchive(files);
  const registry = await serveContent({ access: "read-only", layout }, { listen });
  try {
    await body(registry);
  } finally {
    await registry.close();
    await layout.close();
  }
}

const get = (registry: Served, path: string, init: RequestInit = {}) => call(registry as never, path, init);

test("an archive is served from the file: manifests, blobs, ranges, tags, repositories", () =>
  inFolder(async (folder) => {
    const tar = await archiveOf(folder, ["quay.io/team/app"]);
    await served([tar], async (registry) => {
      const manifest = await get(registry, "/v2/quay.io/team/app/manifests/1");
      assert.equal(manifest.status, 200);
      const body = await manifest.text();
      assert.equal(manifest.headers.get("docker-content-digest"), digestOf(body));
      const [layer] = (JSON.parse(body) as { layers: { digest: string; size: number }[] }).layers;
      assert.ok(layer);
      const all = Buffer.from(await (await get(registry, `/v2/any/blobs/${layer.digest}`)).arrayBuffer());
      assert.equal(digestOf(all), layer.digest);
      const part = await get(registry, `/v2/any/blobs/${layer.digest}`, { headers: { Range: "bytes=3-9" } });
      assert.equal(part.status, 206);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), all.subarray(3, 10));
      assert.deepEqual(await (await get(registry, "/v2/_catalog")).json(), { repositories: ["quay.io/team/app"] });
      assert.deepEqual(await (await get(registry, "/v2/team/app/tags/list")).json(), { name: "team/app", tags: ["1"] });
    });
  }));

test("images are found without their host, as mirrors are asked for them, and never by guessing", () =>
  inFolder(async (folder) => {
    const tar = await archiveOf(folder, [
      "docker.io/library/mysql",
      "quay.io/a/x",
      "ghcr.io/a/x",
      "localhost:5000/b/y",
    ]);
    await served([tar], async (registry) => {
      const digest = async (path: string) => (await get(registry, path)).headers.get("docker-content-digest");
      const mysql = await digest("/v2/docker.io/library/mysql/manifests/1");
      assert.ok(mysql);
      assert.equal(await digest("/v2/library/mysql/manifests/1"), mysql);
      assert.equal(await digest("/v2/library/mysql/manifests/1?ns=docker.io"), mysql);
      assert.ok(await digest("/v2/b/y/manifests/1"));
      assert.equal(await digest("/v2/a/x/manifests/1"), null);
      assert.equal(await digest("/v2/a/x/manifests/1?ns=quay.io"), await digest("/v2/quay.io/a/x/manifests/1"));
      assert.notEqual(await digest("/v2/a/x/manifests/1?ns=quay.io"), await digest("/v2/a/x/manifests/1?ns=ghcr.io"));
    });
  }));

test("whatever would write is refused with 405 and what is possible", () =>
  inFolder(async (folder) => {
    const tar = await archiveOf(folder, ["quay.io/team/app"]);
    await served([tar], async (registry) => {
      for (const [method, path] of [
        ["POST", "/v2/app/blobs/uploads/"],
        ["POST", `/v2/app/blobs/uploads/?mount=${digestOf("x")}&from=b`],
        ["PATCH", "/v2/app/blobs/uploads/1"],
        ["PUT", "/v2/app/manifests/1"],
        ["DELETE", "/v2/quay.io/team/app/manifests/1"],
        ["DELETE", `/v2/app/blobs/${digestOf("x")}`],
      ] as const) {
        const answer = await get(registry, path, { method, ...(method !== "DELETE" && { body: "x".repeat(50_000) }) });
        assert.equal(answer.status, 405, `${method} ${path}`);
        assert.equal(await codeIn(answer), "UNSUPPORTED");
        assert.ok(!/PUT|POST|DELETE/.test(answer.headers.get("allow") ?? ""));
      }
    });
  }));

test("the first byte of an archive of 10 GB is there within a second of its opening", () =>
  inFolder(async (folder) => {
    const tar = await archiveOf(folder, ["quay.io/team/app"]);
    const huge = join(folder, "huge");
    await exec("mkdir", ["-p", join(huge, "blobs", "sha256")]);
    // A hole in a file that tar stores with all its zeros, in a file with a hole.
    const blob = join("blobs", "sha256", "0".repeat(64));
    await (await import("node:fs/promises")).writeFile(join(huge, blob), "");
    await truncate(join(huge, blob), 1_000_000);
    await exec("tar", ["-rf", tar, "-C", huge, blob]);
    const before = (await stat(tar)).size;
    await grow(tar, 10_000_000_000);
    assert.ok((await stat(tar)).size > before + 9_000_000_000);
    const started = performance.now();
    await served([tar], async (registry) => {
      const answer = await get(registry, "/v2/team/app/manifests/1");
      assert.equal(answer.status, 200);
      await answer.text();
    });
    const took = performance.now() - started;
    assert.ok(took < 1000, `${Math.round(took)} ms`);
  }));

/** Makes the last entry of a tar as large as asked, without writing it: a sparse file. */
async function grow(tar: string, size: number): Promise<void> {
  const { open } = await import("node:fs/promises");
  const { writeHeader } = await import("../../../src/oci/archive/tar/header.ts");
  const handle = await open(tar, "r+");
  try {
    const { size: length } = await handle.stat();
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, 0);
    const name = `blobs/sha256/${"0".repeat(64)}`;
    const at = bytes.lastIndexOf(name);
    await handle.write(writeHeader({ name, size, type: "0" }), 0, 512, at);
    await handle.truncate(at + 512 + Math.ceil(size / 512) * 512);
    await handle.truncate(at + 512 + Math.ceil(size / 512) * 512 + 1024);
  } finally {
    await handle.close();
  }
}

test.run();
