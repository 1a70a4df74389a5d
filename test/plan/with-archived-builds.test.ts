import assert from "node:assert/strict";
import { test } from "uvu";
import { layOut, withArchivedBuilds } from "../../src/plan/index.ts";
import { withConfig } from "../config/temp-config.ts";
import { idsOf, needsOf } from "./rig.ts";

const CONFIG = `version: 1
registries:
  inside: { type: oci, host: registry.example.com }
images:
  app: { build: { files: [{ from: app }] }, version: "1" }
  site: { build: { files: [{ from: site }] }, version: "1" }
targets:
  inside: { registry: inside, images: ["*"], as: "\${registry}/\${name}:\${tag}" }
tasks:
  one: { needs: ["build:app"], run: [make] }
  every: { needs: ["build:*"], run: [make] }
  copies: { needs: ["{build,copy}:*"], run: [make] }
`;
const files = { "app/a": "a", "site/b": "b" };

test("what needs a build that an archive has needs its pin there", () =>
  withConfig(CONFIG, { files }, (config) => {
    const graph = layOut(
      withArchivedBuilds(config, (image) => image === "app"),
      new Map(),
    );
    assert.ok(!idsOf(graph).includes("build:app"));
    assert.deepEqual(needsOf(graph, "one"), ["pin:app"]);
    assert.deepEqual(needsOf(graph, "every"), ["build:site", "pin:app"]);
  }));

test("where an archive has all builds, a pattern of builds is of their pins, and one of more still of the rest", () =>
  withConfig(CONFIG, { files }, (config) => {
    const graph = layOut(
      withArchivedBuilds(config, () => true),
      new Map(),
    );
    assert.deepEqual(needsOf(graph, "every"), ["pin:app", "pin:site"]);
    assert.deepEqual(needsOf(graph, "copies"), ["copy:inside/app", "copy:inside/site", "pin:app", "pin:site"]);
  }));

test("an archive without any of the builds changes nothing", () =>
  withConfig(CONFIG, { files }, (config) =>
    assert.equal(
      withArchivedBuilds(config, () => false),
      config,
    ),
  ));

test.run();
