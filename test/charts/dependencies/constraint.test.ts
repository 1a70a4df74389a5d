import assert from "node:assert/strict";
import { test } from "uvu";
import { newestOf, readConstraint } from "../../../src/charts/dependencies/constraint.ts";
import { failing } from "./rig.ts";

/** Each as helm's library (Masterminds semver 3.5) answers. */
const cases: readonly (readonly [constraint: string, admitted: readonly string[], refused: readonly string[]])[] = [
  ["1.2.3", ["1.2.3", "v1.2.3"], ["1.2.4", "1.2.3-rc1"]],
  ["~1.2.0", ["1.2.0", "1.2.9"], ["1.3.0", "1.2.3-rc1"]],
  ["^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]],
  ["0.19.x", ["0.19.0", "0.19.17"], ["0.20.0", "0.19.1-rc1"]],
  ["1.2", ["1.2.7"], ["1.3.0"]],
  [">=1.2.0, <2.0.0", ["1.2.0", "1.9.9"], ["2.0.0", "1.5.0-rc1"]],
  [">= 1.2 < 1.4 || ~2.0", ["1.3.9", "2.0.4"], ["1.4.0", "2.1.0"]],
  [">=1.0.0-0", ["1.0.0", "1.5.0-rc1", "1.0.0-alpha"], ["0.9.0"]],
  [">=1.0.0-0, <2.0.0", ["1.5.0-rc1", "1.9.9"], ["2.0.0", "2.1.0-rc1"]],
  ["!=1.2.3", ["1.2.2", "1.2.4"], ["1.2.3", "1.2.4-rc1"]],
  [">1.0 !=1.2.x", ["1.1.0", "1.3.0"], ["1.2.5", "1.0.5"]],
  ["1.2.0 - 1.4.5", ["1.2.0", "1.4.5"], ["1.4.6"]],
  ["*", ["0.1.0", "9.0.0"], ["1.0.0-rc1"]],
  ["", ["0.1.0"], ["1.0.0-rc1"]],
  ["=> 1.2.0", ["1.2.0"], ["1.1.0"]],
  ["~> 1.2", ["1.2.9"], ["1.3.0"]],
  ["^1", ["1.4", "1"], ["2"]],
];

for (const [constraint, admitted, refused] of cases) {
  test(`"${constraint}" admits what it admits to helm`, async () => {
    const { admits } = await readConstraint(constraint, "minio");
    for (const version of admitted) assert.ok(admits(version), `${version} is admitted`);
    for (const version of refused) assert.ok(!admits(version), `${version} is refused`);
  });
}

test("the newest that will do is chosen, by semver's order", async () => {
  const { choose } = await readConstraint("^1.2", "minio");
  assert.equal(choose(["1.2.0", "1.10.0", "1.9.0", "2.0.0", "1.11.0-rc1", "nightly"]), "1.10.0");
  assert.equal(choose(["2.0.0"]), undefined);
});

test("a version that is written alike is chosen before one that is only equal", async () => {
  const { choose, exact } = await readConstraint("1.2.3+build1", "minio");
  assert.equal(choose(["1.2.3+build2", "1.2.3+build1"]), "1.2.3+build1");
  assert.equal(exact, "1.2.3+build1");
  assert.equal((await readConstraint("1.2", "minio")).exact, undefined);
});

test("what is no constraint names the dependency", async () => {
  for (const text of ["latest", "1.2.3.4.5", ">", "1.2 and 1.3", "||", "{{ version }}"]) {
    const failure = await failing(readConstraint(text, "minio"));
    assert.equal(failure.code, "charts/bad-constraint", text);
    assert.match(failure.message, /the version of the dependency minio/);
  }
});

test("the newest are found among what is no version", async () => {
  assert.deepEqual(await newestOf(["1.9.0", "latest", "1.10.0", "1.8"], 3), ["1.10.0", "1.9.0", "1.8"]);
});

test.run();
