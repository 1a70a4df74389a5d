import assert from "node:assert/strict";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { call, pushBlob, pushImage, putManifest } from "../server/calls.ts";
import { withRegistry } from "../temporary.ts";

const HOUR_MS = 60 * 60 * 1000;

test("what nothing refers to is collected after an hour, and nothing else", async () => {
  let ahead = 0;
  await withRegistry(
    async (registry, folder) => {
      const kept = await pushImage(registry, "app", "1");
      const other = await pushImage(registry, "gone", "1");
      await pushBlob(registry, "app", "never referred to");
      await call(registry, `/v2/gone/manifests/${other.digest}`, { method: "DELETE" });
      assert.deepEqual(await registry.layout.collectGarbage(), { blobs: 0, bytes: 0 });

      ahead = 2 * HOUR_MS;
      const { blobs } = await registry.layout.collectGarbage();
      // The manifest, its layer and the loose blob: both images have the same config.
      assert.equal(blobs, 3);
      const left = (await readdir(join(folder, "blobs", "sha256"))).map((hex) => `sha256:${hex}`);
      assert.deepEqual(left.sort(), [kept.config, kept.layer, kept.digest].sort());
      assert.equal((await call(registry, "/v2/app/manifests/1")).status, 200);
    },
    { now: () => Date.now() + ahead },
  );
});

test("a push that finds old blobs there and only asks for them is not robbed of them", async () => {
  await withRegistry(async (registry, folder) => {
    const { body, config, layer, digest } = await pushImage(registry, "app", "1");
    await call(registry, `/v2/app/manifests/${digest}`, { method: "DELETE" });
    const before = new Date(Date.now() - 2 * HOUR_MS);
    for (const blob of [config, layer, digest]) {
      await utimes(join(folder, "blobs", blob.replace(":", "/")), before, before);
    }
    assert.equal((await call(registry, `/v2/app/blobs/${config}`, { method: "HEAD" })).status, 200);
    const mount = `/v2/other/blobs/uploads/?mount=${layer}&from=app`;
    assert.equal((await call(registry, mount, { method: "POST" })).status, 201);
    assert.equal((await registry.layout.collectGarbage()).blobs, 1);
    assert.equal((await putManifest(registry, "app", "2", body)).status, 201);
  });
});

test.run();
