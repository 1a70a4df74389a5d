import assert from "node:assert/strict";
import { test } from "uvu";
import { type ChoiceRule, chooseVersion } from "../../src/versions/index.ts";

/**
 * What a rule makes of tags as registries have them: prefixes, prereleases, four-part versions, dates and `v`, and
 * orders that the config declares. Each row: what it shows, the tags, the rule, and the choices from the newest on.
 */
type Row = readonly [what: string, tags: string, rule: Partial<ChoiceRule>, newestFirst: string];

const rows: readonly Row[] = [
  // Semver with and without v.
  ["a caret stays below the next major", "1.4.9 1.5.0 2.0.0", { range: "^1.4" }, "1.5.0 1.4.9"],
  ["a caret of 0.x stays below the next minor", "0.3.1 0.3.9 0.4.0", { range: "^0.3.2" }, "0.3.9"],
  ["a caret of 0.0.x is that version", "0.0.3 0.0.4", { range: "^0.0.3" }, "0.0.3"],
  ["a tilde stays below the next minor", "1.4.1 1.4.7 1.5.0", { range: "~1.4.2" }, "1.4.7"],
  ["a tilde of a major stays below the next major", "1.9.9 2.0.0", { range: "~1" }, "1.9.9"],
  ["a wildcard in the minor", "3.1.0 3.9.1 4.0.0", { range: "3.x" }, "3.9.1 3.1.0"],
  ["both ends of a hyphen range count", "1.0.0 1.5.0 2.0.0 2.0.1", { range: "1.0.0 - 2.0.0" }, "2.0.0 1.5.0 1.0.0"],
  ["either of two ranges", "1.1.0 2.1.0 3.1.0", { range: "1.x || 3.x" }, "3.1.0 1.1.0"],
  ["an exact range takes the tag with v", "v1.2.3 v1.2.4", { range: "1.2.3" }, "v1.2.3"],
  ["tags with and without v are ordered together", "v1.10.0 1.9.0 v1.2.0", {}, "v1.10.0 1.9.0 v1.2.0"],
  ["a v alone in the pattern leaves the others out", "v1.0.0 2.0.0", { pattern: "v*" }, "v1.0.0"],
  ["a capital V is a v", "V2.0.0 1.0.0", {}, "V2.0.0 1.0.0"],
  ["short versions mean zeros", "1 1.1 1.0.1", {}, "1.1 1.0.1 1"],
  ["floating tags do not hide the whole one", "8 8.0 8.0.36", {}, "8.0.36 8.0 8"],
  // Prereleases.
  ["no prerelease unless it is wanted", "2.0.0-rc.1 1.9.0", {}, "1.9.0"],
  [
    "wanted prereleases come before their release",
    "2.0.0 2.0.0-rc.2 2.0.0-rc.10",
    { prereleases: "include" },
    "2.0.0 2.0.0-rc.10 2.0.0-rc.2",
  ],
  [
    "alpha, beta, rc, release",
    "1.0.0-beta 1.0.0-rc 1.0.0 1.0.0-alpha",
    { prereleases: "include" },
    "1.0.0 1.0.0-rc 1.0.0-beta 1.0.0-alpha",
  ],
  ["python's prereleases without a dash", "1.0rc1 1.0b2 0.9", {}, "0.9"],
  ["dev builds and nightlies", "1.9.0-dev 1.9.0.dev3 1.8.0-nightly 1.8.0", {}, "1.8.0"],
  [
    "a range below a version excludes its candidates where they are wanted",
    "2.0.0-rc.1 1.9.9",
    { prereleases: "include", range: "<2.0.0-0" },
    "1.9.9",
  ],
  ["builds of one version, the newest first", "1.28.3+k3s1 1.28.3+k3s2", {}, "1.28.3+k3s2 1.28.3+k3s1"],
  // Prefixes and suffixes.
  [
    "a chart's prefix",
    "mlrun-ce-0.6.3 mlrun-ce-0.6.10 kafka-9.0.0",
    { pattern: "mlrun-ce-*" },
    "mlrun-ce-0.6.10 mlrun-ce-0.6.3",
  ],
  [
    "a prefix with v behind it",
    "release-v1.9 release-v1.10 v2.0",
    { pattern: "release-*" },
    "release-v1.10 release-v1.9",
  ],
  [
    "a variant by its suffix",
    "3.19.1-alpine 3.19.2-alpine 3.20.0",
    { pattern: "*-alpine" },
    "3.19.2-alpine 3.19.1-alpine",
  ],
  ["a suffix that is only part of another", "1.0-ubi8 1.1-ubi8-minimal", { pattern: "*-ubi8" }, "1.0-ubi8"],
  [
    "a suffix and a range",
    "1.0.0-ubi8 1.4.0-ubi8 2.0.0-ubi8",
    { pattern: "*-ubi8", range: "^1" },
    "1.4.0-ubi8 1.0.0-ubi8",
  ],
  ["a prerelease of a variant", "1.0.0-ubi8 1.1.0-rc1-ubi8", { pattern: "*-ubi8" }, "1.0.0-ubi8"],
  ["without its pattern a variant is a prerelease", "1.0.0 1.1.0-ubi8", {}, "1.0.0"],
  [
    "architectures that stand behind the version",
    "1.13.3-amd64 1.13.4-amd64 1.13.5-arm64",
    { pattern: "*-amd64" },
    "1.13.4-amd64 1.13.3-amd64",
  ],
  ["excluded names", "1.0.0 1.1.0 1.1.1", { exclude: ["1.1.*"] }, "1.0.0"],
  // More than three numbers.
  ["a fourth number counts", "4.8.0.1 4.8.0.10 4.8.0.9", {}, "4.8.0.10 4.8.0.9 4.8.0.1"],
  ["a fourth number is newer than none", "1.2.3 1.2.3.1", {}, "1.2.3.1 1.2.3"],
  ["a range counts three of four", "7.17.9.1 7.18.0.1 8.0.0.1", { range: "~7.17" }, "7.17.9.1"],
  ["five numbers", "7.4.0.0.2 7.4.0.0.11", {}, "7.4.0.0.11 7.4.0.0.2"],
  // Dates.
  ["dates with dots", "2024.02.01 2024.10.01 2023.12.31", {}, "2024.10.01 2024.02.01 2023.12.31"],
  ["dates in a range of a year", "2023.12.31 2024.01.05 2025.01.01", { range: "2024.x" }, "2024.01.05"],
  ["dates with dashes are no prereleases", "2024-01-05 2024-02-01", {}, "2024-02-01 2024-01-05"],
  [
    "times of a day",
    "RELEASE.2024-01-05T22-17-24Z RELEASE.2024-01-05T02-17-24Z",
    { pattern: "RELEASE.*" },
    "RELEASE.2024-01-05T22-17-24Z RELEASE.2024-01-05T02-17-24Z",
  ],
  ["dates as one number", "20240105 20231231 20240201", {}, "20240201 20240105 20231231"],
  [
    "a distribution's codename and its date",
    "jammy-20240125 jammy-20231211 focal-20240530",
    { pattern: "jammy-*" },
    "jammy-20240125 jammy-20231211",
  ],
  // Declared orders.
  ["quarters", "2023q4 2024q1 2024q10 draft", { order: "^(\\d{4})q(\\d+)$" }, "2024q10 2024q1 2023q4"],
  [
    "a word before a number, by its characters",
    "focal-9 jammy-2 jammy-10",
    { order: "^([a-z]+)-(\\d+)$" },
    "jammy-10 jammy-2 focal-9",
  ],
  ["a build number behind a commit", "g1a2b-12 gffff-9 g0000-101", { order: "-(\\d+)$" }, "g0000-101 g1a2b-12 gffff-9"],
  [
    "a named prerelease comes before its release",
    "r7 r8-pre1 r8-pre2",
    { order: "^r(\\d+)(?:-(?<prerelease>\\w+))?$", prereleases: "include" },
    "r8-pre2 r8-pre1 r7",
  ],
  ["a named prerelease is one", "r7 r8-pre1", { order: "^r(\\d+)(?:-(?<prerelease>\\w+))?$" }, "r7"],
  [
    "a declared order has its range",
    "1_4_0 1_5_0 2_0_0",
    { order: "^(\\d+)_(\\d+)_(\\d+)$", range: "^1" },
    "1_5_0 1_4_0",
  ],
  // What is no version.
  ["words and hashes are passed over", "latest stable main sha-9f86d08 9f86d081884c7d65 1.0.0", {}, "1.0.0"],
  ["cosign's tags are passed over", `sha256-${"a".repeat(64)}.sig 1.0.0`, {}, "1.0.0"],
];

for (const [what, tags, rule, newestFirst] of rows) {
  test(what, async () => {
    const names = tags.split(" ");
    for (const order of [names, names.toReversed()]) {
      const { considered } = await chooseVersion(order, { prereleases: "exclude", ...rule });
      assert.equal(considered.map(({ name }) => name).join(" "), newestFirst);
    }
  });
}

test.run();
