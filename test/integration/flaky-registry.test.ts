import assert from "node:assert/strict";
import { test } from "uvu";
import { startMirror, waitFor, workspace } from "../rig/cli.ts";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { startFlakyProxy } from "../rig/flaky-proxy.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const integration = requires(test, missingCommand("docker-registry"));

integration("attempts that a flaky registry made fail are told when they happen, and counted at the end", async () => {
  const registry = await startDockerRegistry();
  assert.ok(registry);
  const proxy = await startFlakyProxy(registry.host, { method: "PUT", path: /\/manifests\/1$/ });
  const place = await workspace(`version: 1
registries:
  inside: { type: oci, host: "${proxy.host}" }
images:
  app: { version: "1", build: { files: [{ from: files, to: /app }] } }
targets:
  inside: { registry: inside, images: [app] }
`);
  try {
    await place.write("files/a", "a");
    const running = startMirror(["run"], { cwd: place.folder });
    await waitFor("the first attempt to fail", () => running.output().includes("attempt 1 failed"), 30_000);
    proxy.heal();
    const { code, stdout } = await running.ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /copy:inside\/app +attempt 1 failed, again in .*: 127\.0\.0\.1:\d+ /);
    assert.match(stdout, /\ndone: 2 of 2 \(1 changed\), .* moved in .*; 1 attempt repeated\n$/);
  } finally {
    await Promise.all([proxy.stop(), registry.stop(), place.remove()]);
  }
});

test.run();
