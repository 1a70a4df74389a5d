import assert from "node:assert/strict";
import { test } from "uvu";
import { compareVersions, isPrerelease, parseVersion, toSemver, type Version } from "../../src/versions/index.ts";

/** Each row from the oldest to the newest. */
const rows: readonly (readonly [what: string, versions: readonly string[]])[] = [
  ["numbers, not letters", ["1.9.0", "1.10.0", "1.10.1", "1.11", "2", "10.0.0"]],
  ["prereleases before their release", ["0.6.2", "0.6.3-rc9", "0.6.3-rc10", "0.6.3-rc28", "0.6.3", "0.6.4-rc1"]],
  ["the precedence of semver", ["1.0.0-1", "1.0.0-2", "1.0.0-11", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"]],
  ["words by the alphabet", ["1.0.0-alpha2", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]],
  ["with v or without", ["v1.2.3", "1.2.4", "v1.2.5"]],
  ["four numbers", ["1.2.3", "1.2.3.1", "1.2.3.9", "1.2.3.10-rc1", "1.2.3.10", "1.2.4"]],
  ["five numbers", ["7.4.0.0.9", "7.4.0.0.10", "7.4.0.1"]],
  ["dates with dots", ["2023.12.31", "2024.01.05", "2024.1.12", "2024.10.01"]],
  ["dates with dashes", ["2023-12-31", "2024-01-05", "2024-01-05T02-17-24Z", "2024-01-05T22-17-24Z", "2024-02-01"]],
  ["dates as one number", ["20231231", "20240105", "20240105123456"]],
  ["python's forms", ["3.0.0a1", "3.0.0b2", "3.0.0rc1", "3.0.0rc2", "3.0.0", "3.0.1"]],
  ["a word behind a dot", ["4.1.0.Beta2", "4.1.0.CR1", "4.1.0"]],
  ["builds of one version", ["v1.28.3+k3s1", "v1.28.3+k3s2", "v1.28.3+k3s10"]],
  ["numbers larger than a double holds", ["1.0.90071992547409931", "1.0.90071992547409932"]],
];

for (const [what, versions] of rows) {
  test(`order: ${what}`, () => {
    const shuffled = [...versions].reverse();
    assert.deepEqual(
      shuffled
        .map(read)
        .sort(compareVersions)
        .map(({ text }) => text),
      versions,
    );
  });
}

test("missing numbers are 0, and what only looks different is equal", () => {
  const pairs = [
    ["1.2", "1.2.0"],
    ["v1.2.0", "1.2.0"],
    ["1.2.0-rc.1", "1.2.0-rc1"],
    ["1.2.0rc1", "1.2.0-RC1"],
    ["2024.01.05", "2024.1.5"],
  ] as const;
  for (const [one, other] of pairs) assert.equal(compareVersions(read(one), read(other)), 0, `${one} is ${other}`);
});

test("what is no version is not taken for one", () => {
  for (const text of ["", "latest", "v", "1.", ".1", "1..2", "1.2.3-", "1.2.x", "1.1.1w", "rc1", "1.2.3 "]) {
    assert.equal(parseVersion(text), undefined, text);
  }
  assert.equal(parseVersion(`1.${"0".repeat(300)}`), undefined);
});

test("a prerelease is told from a release", () => {
  for (const text of ["1.0.0-rc1", "1.0.0rc1", "1.0.0.dev3", "1.0.0-0"]) assert.ok(isPrerelease(read(text)), text);
  for (const text of ["1.0.0", "1.0.0+rc1", "2024-01-05", "1.2.3.4"]) assert.ok(!isPrerelease(read(text)), text);
});

test("semver gets three numbers, without leading zeros", () => {
  assert.equal(toSemver(read("v2024.01.05")), "2024.1.5");
  assert.equal(toSemver(read("1.2.3.4-rc10")), "1.2.3-rc.10");
  assert.equal(toSemver(read("7")), "7.0.0");
  assert.equal(toSemver(read("1.0.90071992547409931")), undefined);
});

function read(text: string): Version {
  const version = parseVersion(text);
  assert.ok(version !== undefined, `${text} is a version`);
  return version;
}

test.run();
