import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { openConnections } from "../../../src/registries/index.ts";
import { type Pins, resolvePins } from "../../../src/release/index.ts";
import { withConfig } from "../../config/temp-config.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { serveTags, type TaggedRegistry } from "../../rig/tagged-registry.ts";
import { makeRepository } from "../../sources/rig.ts";

/** Rules over the git tags of a source, whose version is the tag of an image. */
const tags = suite("git tags");
const withGit = requires(tags, missingCommand("git"));
const IN_GIT = ["v1.2.0", "v1.2.1", "v1.3.0-rc1", "v1.3.0", "chart-9.9.9", "nightly"];
const IN_REGISTRY = ["1.2.1", "1.3.0", "v1.3.0", "1.3.0-ubi8", "9.9.9"];
let folder = "";
let registry: TaggedRegistry;

tags.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-git-tags-"));
  registry = await serveTags(["team/app"], IN_REGISTRY);
  if (missingCommand("git") !== undefined) return;
  const repository = makeRepository(join(folder, "git"));
  for (const tag of IN_GIT) {
    repository.commit({ "version.txt": tag });
    repository.git("tag", tag);
  }
});

tags.after(async () => {
  await registry.stop();
  await rm(folder, { recursive: true });
});

for (const [what, rule, tag] of [
  ["the newest git tag, and what stands under its pattern", '{ source: operator, tags: "v*" }', "1.3.0"],
  ["within a range", '{ source: operator, tags: "v*", range: ~1.2 }', "1.2.1"],
  ["of another pattern", '{ source: operator, tags: "chart-*" }', "9.9.9"],
  ["in a tag that is made of it", `{ source: operator, tags: "v*", as: "v\${version}" }`, "v1.3.0"],
  ["in a variant", `{ source: operator, tags: "v*", as: "\${version}-ubi8" }`, "1.3.0-ubi8"],
  ["but those that are left out", '{ source: operator, tags: "v*", exclude: ["v1.3.*"] }', "1.2.1"],
  ["the tag that a source is pinned at, by its pattern", "{ source: operator }", "1.2.1"],
  ["the tag that a source is pinned at, by its name", `{ source: exact, as: "\${version}" }`, "v1.3.0"],
] as const) {
  withGit(`${what}: ${tag}`, () =>
    resolving(rule, (pins) => {
      const resolved = pins.get("app");
      assert.equal(resolved?.kind === "pinned" ? resolved.pin.tag : resolved?.failure.message, tag);
    }),
  );
}

withGit("what a rule chose from is that of the source", () =>
  resolving('{ source: operator, tags: "v*" }', (pins) => {
    const resolved = pins.get("app");
    assert.ok(resolved?.kind === "pinned");
    assert.deepEqual(resolved.pin.chosenFrom, { names: 6, fitting: 3, next: ["v1.2.1", "v1.2.0"] });
  }),
);

withGit("several git tags are several images, and one that the registry does not have fails the rule", async () => {
  await resolving('{ source: operator, tags: "v*", newest: 2 }', (pins) => {
    assert.deepEqual([...pins.keys()], ["app@1.3.0", "app@1.2.1"]);
  });
  await resolving('{ source: operator, tags: "v*", newest: 3 }', (pins) => {
    const resolved = pins.get("app");
    assert.match(resolved?.kind === "unpinned" ? resolved.failure.message : "", /has no quay\.io\/team\/app:1\.2\.0/);
  });
});

for (const [what, rule, says] of [
  [
    "no tag that fits",
    '{ source: operator, tags: "v*", range: ^7 }',
    /^app: the source operator has 6 tags, and none of them fits the rule "newest v\* in \^7 of source operator"/,
  ],
  [
    "a version that the registry does not have",
    '{ source: operator, tags: "v*", range: "=1.2.0" }',
    /^app: quay\.io has no quay\.io\/team\/app:1\.2\.0/,
  ],
  ["a source that is at no tag", "{ source: moving }", /the source moving is at no tag/],
] as const) {
  withGit(`${what} is told with its place`, () =>
    resolving(rule, (pins) => {
      const resolved = pins.get("app");
      assert.ok(resolved?.kind === "unpinned", JSON.stringify(resolved));
      assert.match(resolved.failure.message, says);
      assert.equal(resolved.failure.place?.line, 8);
    }),
  );
}

async function resolving(rule: string, check: (pins: Pins) => void): Promise<void> {
  const git = join(folder, "git");
  const text = `version: 1
upstreams: { quay.io: { host: "${registry.host}", scheme: http } }
sources:
  operator: { git: "${git}", version: { tags: "v*", range: ~1.2 } }
  exact: { git: "${git}", ref: v1.3.0 }
  moving: { git: "${git}", ref: "${commitOf(git)}" }
images:
  app: { from: quay.io/team/app, version: ${rule} }
`;
  await withConfig(text, {}, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const options = { connections, emit: () => {}, signal: new AbortController().signal };
    const pins = await resolvePins(config, ["app"], options);
    await connections.close();
    check(pins);
  });
}

/** The id of the newest commit: what a source is pinned at that follows no tag. */
const commitOf = (git: string): string => makeRepository(git).git("rev-parse", "HEAD");

tags.run();
