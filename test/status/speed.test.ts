import assert from "node:assert/strict";
import { test } from "uvu";
import { verdictOf } from "../../src/status/index.ts";
import { withConfig } from "../config/temp-config.ts";
import { type ScriptedRegistry, startScriptedRegistry } from "../rig/scripted-registry.ts";
import { digestOf, manifestBytes, put, surveyed } from "./rig.ts";

test("100 images at 3 targets take one request each at every host, in a few round trips", async () => {
  const all = await Promise.all([1, 2, 3, 4].map(() => startScriptedRegistry()));
  try {
    await measure(all);
  } finally {
    await Promise.all(all.map((registry) => registry.stop()));
  }
});

async function measure(all: readonly ScriptedRegistry[]): Promise<void> {
  const [upstream, ...targets] = all;
  assert.ok(upstream);
  const delayMs = 100;
  const names = Array.from({ length: 100 }, (_, index) => `app-${index}`);
  for (const name of names) {
    const bytes = manifestBytes(name);
    put(upstream, `example/${name}`, "1.0", bytes);
    for (const registry of targets) put(registry, name, "1.0", bytes);
  }
  for (const registry of all) {
    registry.script = ({ path }) => {
      const [, repository = "", reference = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(path) ?? [];
      const stored = registry.manifests.get(`${repository} ${reference}`);
      if (stored === undefined) return undefined;
      const headers = {
        "content-type": stored.mediaType,
        "docker-content-digest": digestOf(stored.bytes as Buffer),
        "content-length": String(stored.bytes.length),
      };
      return { status: 200, headers, delayMs };
    };
  }
  const text = `version: 1
upstreams: { docker.io: { host: "${upstream.host}" } }
registries:
${targets.map(({ host }, index) => `  r${index}: { type: oci, host: "${host}" }`).join("\n")}
images:
${names.map((name) => `  ${name}: { from: docker.io/example/${name}, version: "1.0" }`).join("\n")}
targets:
${[0, 1, 2].map((index) => `  t${index}: { registry: r${index}, images: ["*"] }`).join("\n")}
`;
  await withConfig(text, {}, async (config) => {
    const startedAt = performance.now();
    const found = await surveyed(config);
    const roundTrips = (performance.now() - startedAt) / delayMs;
    assert.equal(verdictOf(found).done, 300);
    assert.deepEqual(
      all.map(({ log }) => log.filter(({ path }) => path.includes("/manifests/")).length),
      [100, 100, 100, 100],
    );
    // One after another they would take 400: the windows open from 4 to 64 requests at once.
    assert.ok(roundTrips < 100, `${roundTrips.toFixed(1)} round trips`);
  });
}

test.run();
