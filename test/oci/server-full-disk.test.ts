import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { digestOf } from "../../src/oci/digest.ts";
import { openLayout } from "../../src/oci/layout/index.ts";
import { serveLayout } from "../../src/oci/server/index.ts";
import { missingRoot, requires } from "../rig/skip.ts";
import { call, pushImage, putManifest, startUpload } from "./server/calls.ts";
import { inFolder } from "./temporary.ts";

const exec = promisify(execFile);

requires(test, missingRoot())("a full disk is answered, and what fits is taken afterwards", () =>
  inFolder(async (folder) => {
    await exec("mount", ["-t", "tmpfs", "-o", "size=2m", "none", folder]);
    try {
      const registry = await serveLayout({ folder: join(folder, "layout"), listen: { host: "127.0.0.1", port: 0 } });
      const push = (content: string) =>
        fetch(`http://${registry.host}/v2/app/blobs/uploads/?digest=${digestOf(content)}`, {
          method: "POST",
          body: content,
        });
      const refused = await push("a".repeat(6_000_000));
      assert.equal(refused.status, 507);
      assert.match(await refused.text(), /The disk of .* is full/);
      assert.equal((await push("b".repeat(1_000_000))).status, 201);

      const image = await pushImage(registry, "app", "1");
      assert.equal(image.answer.status, 201);
      const filled = join(folder, "filled");
      await exec("dd", ["if=/dev/zero", `of=${filled}`]).catch(() => {});
      const upload = await startUpload(registry);
      assert.equal((await call(registry, upload, { method: "PATCH", body: "c".repeat(100_000) })).status, 507);
      const other = image.body.replace(/}$/, ',"annotations":{"a":"b"}}');
      assert.equal((await putManifest(registry, "app", "2", other)).status, 507);
      // What was acknowledged is still whole, also for whoever opens the folder next.
      assert.deepEqual(registry.layout.tags("app"), ["1"]);
      await rm(filled);
      assert.equal((await putManifest(registry, "app", "2", other)).status, 201);
      await registry.close();
      const again = await openLayout(join(folder, "layout"));
      assert.deepEqual(again.tags("app"), ["1", "2"]);
    } finally {
      await exec("umount", [folder]);
    }
  }),
);

test.run();
