import assert from "node:assert/strict";
import { test } from "uvu";
import { failureOf } from "../../src/failure/index.ts";
import { type ChoiceRule, chooseVersion, nearestRejected } from "../../src/versions/index.ts";

const charts = ["mlrun-ce-0.6.2", "mlrun-ce-0.6.3-rc9", "mlrun-ce-0.6.3-rc10", "mlrun-ce-0.6.3", "mlrun-ce-0.6.4-rc1"];

interface Case {
  readonly title: string;
  readonly names: readonly string[];
  readonly rule: Partial<ChoiceRule>;
  readonly chosen: string | undefined;
}

const cases: readonly Case[] = [
  {
    title: "the newest release under a prefix",
    names: [...charts, "other-9.9.9", "v3.0.0"],
    rule: { pattern: "mlrun-ce-*" },
    chosen: "mlrun-ce-0.6.3",
  },
  {
    title: "prereleases where they are wanted",
    names: charts,
    rule: { pattern: "mlrun-ce-*", prereleases: "include" },
    chosen: "mlrun-ce-0.6.4-rc1",
  },
  {
    title: "a range ends before the next version's prereleases",
    names: charts,
    rule: { pattern: "mlrun-ce-*", prereleases: "include", range: "<=0.6.3" },
    chosen: "mlrun-ce-0.6.3",
  },
  {
    title: "a range that starts at a prerelease counts its number",
    names: ["1.0.0-rc8", "1.0.0-rc10"],
    rule: { prereleases: "include", range: ">=1.0.0-rc9" },
    chosen: "1.0.0-rc10",
  },
  { title: "a range of release lines", names: ["1.8.2", "1.9.0", "2.0.0"], rule: { range: "^1.8" }, chosen: "1.9.0" },
  {
    title: "a variant by its suffix",
    names: ["1.14.3", "1.14.4", "1.14.3-ubi8", "1.14.2-ubi8"],
    rule: { pattern: "*-ubi8" },
    chosen: "1.14.3-ubi8",
  },
  {
    title: "prefix and suffix",
    names: ["img-1.2-fips", "img-1.3", "1.4-fips"],
    rule: { pattern: "img-*-fips" },
    chosen: "img-1.2-fips",
  },
  {
    title: "names that are excluded",
    names: ["v1.2.0", "v1.3.0", "v1.4.0"],
    rule: { exclude: ["v1.4.*", "v1.3.?"] },
    chosen: "v1.2.0",
  },
  { title: "of equal versions the plain one", names: ["v1.2.0", "1.2", "1.2.0"], rule: {}, chosen: "1.2.0" },
  {
    title: "four-part versions in a range",
    names: ["1.2.3.4", "1.2.3.10", "1.3.0.0"],
    rule: { range: "~1.2" },
    chosen: "1.2.3.10",
  },
  {
    title: "dates in a range",
    names: ["2023.11.30", "2024.01.05", "2024.02.01"],
    rule: { range: "2024.01" },
    chosen: "2024.01.05",
  },
  {
    title: "MinIO's dates",
    names: ["RELEASE.2023-12-31T00-00-00Z", "RELEASE.2024-01-05T22-17-24Z"],
    rule: { pattern: "RELEASE.*" },
    chosen: "RELEASE.2024-01-05T22-17-24Z",
  },
  { title: "nothing but words", names: ["latest", "main", "sha-1234567"], rule: {}, chosen: undefined },
  { title: "no names at all", names: [], rule: {}, chosen: undefined },
];

for (const { title, names, rule, chosen } of cases) {
  test(`chosen: ${title}`, async () => {
    for (const order of [names, [...names].reverse()]) {
      const choice = await chooseVersion(order, { prereleases: "exclude", ...rule });
      assert.equal(choice.chosen?.name, chosen);
      assert.equal(choice.considered.length + choice.rejected.length, names.length);
    }
  });
}

test("all that fit are told from the newest on, with the version alone", async () => {
  const { considered } = await chooseVersion(charts, { pattern: "mlrun-ce-*", prereleases: "exclude" });
  assert.deepEqual(considered, [
    { name: "mlrun-ce-0.6.3", version: "0.6.3" },
    { name: "mlrun-ce-0.6.2", version: "0.6.2" },
  ]);
});

test("every name that does not fit has its reason, the nearest first", async () => {
  const names = ["latest", "app-x", "app-1.0.0", "app-1.1.0-rc1", "app-3.0.0", "app-2.0.0-broken"];
  const choice = await chooseVersion(names, {
    pattern: "app-*",
    prereleases: "exclude",
    range: "^4",
    exclude: ["*-broken"],
  });
  assert.equal(choice.chosen, undefined);
  assert.deepEqual(choice.rejected, [
    { name: "app-3.0.0", why: "is not in ^4" },
    { name: "app-2.0.0-broken", why: "is excluded by *-broken" },
    { name: "app-1.1.0-rc1", why: "is a prerelease" },
    { name: "app-1.0.0", why: "is not in ^4" },
    { name: "latest", why: "does not match app-*" },
    { name: "app-x", why: 'has no version in "x"' },
  ]);
  assert.deepEqual(nearestRejected(choice, 1), ["app-3.0.0 is not in ^4"]);
});

const PUSHED = new Map([
  ["main-9f2c", 3],
  ["main-01ab", 4],
  ["1.9.0-rc1", 6],
  ["1.8.0", 5],
  ["nightly", 7],
]);

test("the last pushed is the newest, whatever its name; what was pushed at no known time is none", async () => {
  const names = [...PUSHED.keys(), "main-lost"];
  const main = await chooseVersion(names, { pattern: "main-*", prereleases: "include", pushed: PUSHED });
  assert.deepEqual(
    main.considered.map(({ name }) => name),
    ["main-01ab", "main-9f2c"],
  );
  assert.ok(main.rejected.some(({ name, why }) => name === "main-lost" && why.startsWith("was pushed at no time")));
  const all = await chooseVersion(names, { prereleases: "include", pushed: PUSHED });
  assert.equal(all.chosen?.name, "nightly");
});

test("a range and the policy on prereleases count beside the push", async () => {
  const rule = { prereleases: "exclude", pushed: PUSHED } as const;
  assert.equal((await chooseVersion(PUSHED.keys(), { ...rule, range: ">=1" })).chosen?.name, "1.8.0");
  const { rejected } = await chooseVersion(PUSHED.keys(), rule);
  assert.deepEqual(rejected, [{ name: "1.9.0-rc1", why: "is a prerelease" }]);
});

test("a rule that cannot be read says how to write it", async () => {
  const failing = (rule: Partial<ChoiceRule>) =>
    chooseVersion([], { prereleases: "exclude", ...rule }).then(() => assert.fail("it was read"), failureOf);
  assert.equal((await failing({ pattern: "v1" })).code, "versions/bad-pattern");
  assert.equal((await failing({ pattern: "*-*" })).code, "versions/bad-pattern");
  assert.match((await failing({ range: "newest please" })).message, /"newest please" is not a range/);
});

test("10 000 names take less than a second of processor time", async () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `v1.${at % 100}.${at}-rc${at % 7}`);
  const start = process.cpuUsage();
  await chooseVersion(names, { pattern: "v*", prereleases: "include", range: ">=1.5" });
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 1_000_000, `${user + system} µs`);
});

test.run();
