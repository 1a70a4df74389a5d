import assert from "node:assert/strict";
import { test } from "uvu";
import { failuresInGraph, needsOf, RELEASE, RELEASE_FILES, withGraph } from "./rig.ts";

const catalogs = (text: string) => `${RELEASE}catalogs:\n  operators: ${text}\n`;
const TO = 'to: { target: certified, as: "catalog:1.2.0" }';

test("a catalog comes after its bundles, its base and what it needs", () =>
  withGraph(
    catalogs(`{ bundles: ["oper*"], base: mysql, needs: ["copy:harbor/app"], ${TO} }`),
    (graph) => {
      const needs = needsOf(graph, "catalog:operators");
      assert.deepEqual(needs.toSorted(), ["bundle:operator", "copy:harbor/app", "pin:mysql"]);
    },
    RELEASE_FILES,
  ));

test("a glob that fits no bundle is told with its place, as is a name that the bundle has", async () => {
  const [nothing] = await failuresInGraph(catalogs(`{ bundles: ["v*"], ${TO} }`), RELEASE_FILES);
  assert.equal(nothing?.code, "config/unknown-need");
  assert.equal(nothing?.place?.line, RELEASE.split("\n").length + 1);
  const same = `{ bundles: [operator], to: { target: certified, as: "operator-bundle:1.2.0" } }`;
  const [collision] = await failuresInGraph(catalogs(same), RELEASE_FILES);
  assert.equal(collision?.code, "config/collision");
});

test.run();
