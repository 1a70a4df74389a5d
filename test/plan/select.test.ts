import assert from "node:assert/strict";
import { test } from "uvu";
import { failuresOf } from "../../src/failure/index.ts";
import { imagesToPin, type Selection, select } from "../../src/plan/index.ts";
import { idsOf, RELEASE, RELEASE_FILES, withGraph } from "./rig.ts";

test("a name selects its node and all it needs, needs first", () =>
  selecting({ names: ["release"], targets: [] }, (ids) =>
    assert.deepEqual(ids, ["pin:app", "copy:certified/app", "published:certified", "bundle:operator", "release"]),
  ));

test("a target selects its images and neither gates nor bundles", () =>
  selecting({ names: [], targets: ["harbor"] }, (ids) =>
    assert.deepEqual(ids, ["pin:mysql", "pin:app", "copy:harbor/mysql", "copy:harbor/app"]),
  ));

test("a glob selects every node that fits", () =>
  selecting({ names: ["copy:harbor/m*"], targets: [] }, (ids) =>
    assert.deepEqual(ids, ["pin:mysql", "copy:harbor/mysql"]),
  ));

test("an image's own name selects all its copies", () =>
  selecting({ names: ["app"], targets: [] }, (ids) =>
    assert.deepEqual(ids, ["pin:app", "copy:harbor/app", "copy:certified/app"]),
  ));

test("names and targets add up", () =>
  selecting({ names: ["pin:app"], targets: ["certified"] }, (ids) =>
    assert.deepEqual(ids, ["pin:app", "copy:certified/app"]),
  ));

test("without a selection everything runs but tasks that nothing needs", () =>
  selecting({ names: [], targets: [] }, (ids) => {
    assert.ok(ids.includes("bundle:operator"));
    assert.ok(!ids.includes("release") && !ids.includes("all"));
  }));

test("only images that are needed are pinned", () =>
  withGraph(
    RELEASE,
    (graph) => assert.deepEqual(imagesToPin(select(graph, { names: ["copy:harbor/mysql"], targets: [] })), ["mysql"]),
    RELEASE_FILES,
  ));

test("unknown names and targets are all told, with what was meant", () =>
  withGraph(
    RELEASE,
    (graph) => {
      const failures = [];
      try {
        select(graph, { names: ["relase", "copy:harbor/mysqk"], targets: ["habor"] });
      } catch (thrown) {
        failures.push(...failuresOf(thrown));
      }
      assert.deepEqual(
        failures.map(({ class: kind, hint }) => [kind, hint]),
        [
          ["usage", 'Did you mean "release"?'],
          ["usage", 'Did you mean "copy:harbor/mysql"?'],
          ["usage", 'Did you mean "harbor"?'],
        ],
      );
    },
    RELEASE_FILES,
  ));

function selecting(selection: Selection, check: (ids: string[]) => void): Promise<void> {
  return withGraph(RELEASE, (graph) => check(idsOf(select(graph, selection))), RELEASE_FILES);
}

test.run();
