import assert from "node:assert/strict";
import { suite } from "uvu";
import { openConnections } from "../../../src/registries/index.ts";
import { type Pins, resolvePins } from "../../../src/release/index.ts";
import { withConfig } from "../../config/temp-config.ts";
import { serveTags, type TaggedRegistry } from "../../rig/tagged-registry.ts";

/** Rules that read versions in files and of other images, and rules that choose several. */
const rules = suite("rules");
const TAGS = ["1.7.0", "1.8.0", "1.8.5", "1.8.5-ubi8", "1.10"];
const FILES = {
  "src/version.txt": "v1.8.5\n",
  "src/values.yaml": "image: { repository: app, tag: 1.10 }\nall:\n  - image: quay.io/team/app:1.8.0\n",
  "src/Makefile": "A = 1\nVERSION ?= 1.7.0\n",
  "version.txt": "1.8.0\n",
};
let registry: TaggedRegistry;

rules.before(async () => {
  registry = await serveTags(["team/app"], TAGS);
});
rules.after(() => registry.stop());

for (const [what, rule, tag] of [
  ["a whole file beside the config", "{ file: version.txt }", "1.8.0"],
  ["a file of a source, in a tag made of it", "{ source: src, file: values.yaml, path: image.tag }", "1.10"],
  ["a whole reference gives its tag", '{ source: src, file: values.yaml, path: "all[0].image" }', "1.8.0"],
  ["an expression's first group", "{ source: src, file: Makefile, match: '^VERSION \\?= (\\S+)' }", "1.7.0"],
  ["an expression in a value", "{ source: src, file: version.txt, match: '^v(.*)' }", "1.8.5"],
  ["the same as another, in a variant", '{ same: other, as: "${version}-ubi8" }', "1.8.5-ubi8"],
  ["the same as the version of a variant", '{ same: variant, as: "${version}" }', "1.8.5"],
] as const) {
  rules(`${what}: ${tag}`, () =>
    resolving(rule, (pins) => {
      const resolved = pins.get("app");
      assert.equal(resolved?.kind === "pinned" ? resolved.pin.tag : resolved?.failure.message, tag);
    }),
  );
}

rules("several versions are several images, and the same as several is several too", () =>
  resolving("{ newest: 2, range: ~1.8 }", (pins) => {
    assert.deepEqual([...pins.keys()].filter((name) => /^app|^twin/.test(name)).sort(), [
      "app@1.8.0",
      "app@1.8.5",
      "twin@1.8.0",
      "twin@1.8.5",
    ]);
  }),
);

for (const [what, rule, says] of [
  [
    "a path that leads nowhere",
    "{ source: src, file: values.yaml, path: image.tga }",
    /image has no tga\. Did you mean "tag"/,
  ],
  ["a file that is not there", "{ source: src, file: versoin.txt }", /There is no versoin\.txt of the source src/],
  ["an expression that finds nothing", "{ source: src, file: Makefile, match: NOPE }", /finds nothing in Makefile/],
  ["a file that leads out", "{ source: src, file: ../version.txt }", /leads out of the source/],
] as const) {
  rules(`${what} is told with its place`, () =>
    resolving(rule, (pins) => {
      const resolved = pins.get("app");
      assert.ok(resolved?.kind === "unpinned");
      assert.match(resolved.failure.message, says);
      assert.equal(resolved.failure.place?.line, 5);
    }),
  );
}

async function resolving(rule: string, check: (pins: Pins) => void): Promise<void> {
  const text = `version: 1
upstreams: { quay.io: { host: "${registry.host}", scheme: http } }
sources: { src: { folder: src } }
images:
  app: { from: quay.io/team/app, version: ${rule} }
  other: { from: quay.io/team/app, version: "1.8.5" }
  variant: { from: quay.io/team/app, version: { tags: "*-ubi8" } }
  twin: { from: quay.io/team/app, version: { same: app } }
`;
  await withConfig(text, { files: FILES }, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const options = { connections, emit: () => {}, signal: new AbortController().signal };
    const pins = await resolvePins(config, [...config.images.keys()], options);
    await connections.close();
    check(pins);
  });
}

rules.run();
