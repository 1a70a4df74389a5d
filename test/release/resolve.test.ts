import assert from "node:assert/strict";
import { suite } from "uvu";
import type { EventBody } from "../../src/engine/index.ts";
import { openConnections } from "../../src/registries/index.ts";
import { createDescribe, type Pins, resolvePins } from "../../src/release/index.ts";
import { withConfig } from "../config/temp-config.ts";
import { seededLayer } from "../rig/blob.ts";
import { singleImage } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { startScriptedRegistry } from "../rig/scripted-registry.ts";
import { serveTags, type TaggedRegistry } from "../rig/tagged-registry.ts";

const TAGS = ["1.7.0", "v1.8.0", "1.8.5", "1.9.0-rc.1", "2.0.0", "latest", "nightly-20260101"];
const pins = suite("pins");
let registry: TaggedRegistry;

pins.before(async () => {
  registry = await serveTags(["cache/team/app"], TAGS);
});
pins.after(() => registry.stop());

pins("a tag is pinned to the digest it stands at, through the upstream of its host", () =>
  resolving(`{ from: quay.io/team/app, version: "1.7.0" }`, (resolved) => {
    assert.ok(resolved?.kind === "pinned");
    assert.equal(resolved.pin.repository, "quay.io/team/app");
    assert.equal(resolved.pin.tag, "1.7.0");
    assert.match(resolved.pin.digest, /^sha256:[0-9a-f]{64}$/);
  }),
);

for (const [range, options, expected] of [
  ["^1.7", "", "1.8.5"],
  ["1.8.0", "", "v1.8.0"],
  ["~1.7.0", "", "1.7.0"],
  [">=1", "", "2.0.0"],
  ["^1.9.0-0", ", prereleases: include", "1.9.0-rc.1"],
] as const) {
  pins(`the range ${range}${options} chooses ${expected}`, () =>
    resolving(`{ from: quay.io/team/app, version: { range: "${range}"${options} } }`, (resolved) => {
      assert.ok(resolved?.kind === "pinned");
      assert.equal(resolved.pin.tag, expected);
    }),
  );
}

pins("a range that nothing is in says what there is", () =>
  resolving(`{ from: quay.io/team/app, version: { range: ^3 } }`, (resolved) => {
    assert.ok(resolved?.kind === "unpinned");
    assert.equal(resolved.failure.code, "release/no-version");
    assert.deepEqual(resolved.failure.detail?.slice(0, 2), ["2.0.0 is not in ^3", "1.9.0-rc.1 is a prerelease"]);
  }),
);

pins("a tag that is not there says which are near", () =>
  resolving(`{ from: quay.io/team/app, version: 1.8.9 }`, (resolved) => {
    assert.ok(resolved?.kind === "unpinned");
    assert.equal(resolved.failure.code, "release/not-found");
    assert.match(resolved.failure.hint ?? "", /1\.8\.5/);
    assert.equal(resolved.failure.place?.line, 4);
  }),
);

pins("an image that cannot be pinned does not keep others from it", async () => {
  const events: EventBody[] = [];
  await withConfig(
    configOf(`{ from: quay.io/team/none, version: "1" }\n  other: { from: quay.io/team/app, version: "2.0.0" }`),
    {},
    async (config) => {
      const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
      const options = {
        connections,
        emit: (event: EventBody) => events.push(event),
        signal: new AbortController().signal,
      };
      const all = await resolvePins(config, ["app", "other"], options);
      await connections.close();
      assert.equal(all.get("app")?.kind, "unpinned");
      assert.equal(all.get("other")?.kind, "pinned");
    },
  );
  assert.equal(events.filter(({ type }) => type === "node-settled").length, 2);
});

pins("what goes into a lock is described as soon as it is pinned, and not when the last image is", async () => {
  const image = (name: string) => singleImage([seededLayer(name, 100)], "oci");
  const images = { fast: image("fast"), slow: image("slow") };
  const server = await startScriptedRegistry();
  await pushImages(
    server.host,
    Object.entries(images).map(([name, one]) => ({ repository: `team/${name}`, tag: "1.0", image: one })),
  );
  let other: "pending" | "answered" | undefined;
  server.script = ({ method, path }) => {
    const slow = server.log.find((seen) => seen.method === "GET" && seen.path === "/v2/team/slow/manifests/1.0");
    if (path.startsWith("/v2/team/fast/blobs/")) other = (slow?.status ?? 0) === 0 ? "pending" : "answered";
    const { bytes, mediaType } = images.slow.top;
    const late = method === "GET" && path === "/v2/team/slow/manifests/1.0";
    return late ? { status: 200, headers: { "content-type": mediaType }, body: bytes, delayMs: 1_000 } : undefined;
  };
  const text = `version: 1
images:
  fast: { from: "${server.host}/team/fast", version: "1.0" }
  slow: { from: "${server.host}/team/slow", version: "1.0" }
`;
  await withConfig(text, {}, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const { signal } = new AbortController();
    const describe = createDescribe(signal);
    const all = await resolvePins(config, ["fast", "slow"], { connections, emit: () => {}, signal, describe });
    assert.deepEqual(
      [...all.values()].map(({ kind }) => kind),
      ["pinned", "pinned"],
    );
    assert.equal(other, "pending", "the config of the one is asked for while the other's manifest is awaited");
    await connections.close();
  });
  await server.stop();
});

function configOf(image: string): string {
  return `version: 1
upstreams: { quay.io: { host: "${registry.host}", scheme: http, prefix: cache } }
images:
  app: ${image}
`;
}

async function resolving(image: string, check: (resolved: ReturnType<Pins["get"]>) => void): Promise<void> {
  await withConfig(configOf(image), {}, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const options = { connections, emit: () => {}, signal: new AbortController().signal };
    const resolved = await resolvePins(config, ["app"], options);
    await connections.close();
    check(resolved.get("app"));
  });
}

pins.run();
