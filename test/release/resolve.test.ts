import assert from "node:assert/strict";
import { suite } from "uvu";
import type { EventBody } from "../../src/engine/index.ts";
import { openConnections } from "../../src/registries/index.ts";
import { type Pins, resolvePins } from "../../src/release/index.ts";
import { withConfig } from "../config/temp-config.ts";
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
