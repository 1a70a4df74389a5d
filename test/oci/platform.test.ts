import assert from "node:assert/strict";
import { test } from "uvu";
import { formatPlatform, parsePlatform } from "../../src/oci/index.ts";
import { isWanted } from "../../src/oci/platform.ts";

test("platforms are read and written in one form", () => {
  for (const text of ["linux/amd64", "linux/arm/v7"]) assert.equal(formatPlatform(parsePlatform(text)), text);
  for (const text of ["linux", "linux/", "/amd64", "linux/arm/", "a/b/c/d"]) {
    assert.throws(() => parsePlatform(text), /is not a platform/, text);
  }
});

test("a variant that is not asked for may be any; arm64 is arm64/v8", () => {
  const offered = (text: string, ...wanted: string[]) => isWanted(parsePlatform(text), wanted.map(parsePlatform));
  assert.ok(offered("linux/arm/v6", "linux/arm"));
  assert.ok(!offered("linux/arm/v6", "linux/arm/v7"));
  assert.ok(offered("linux/arm", "linux/arm/v7"));
  assert.ok(offered("linux/arm64", "linux/arm64/v8") && offered("linux/arm64/v8", "linux/arm64"));
  assert.ok(!offered("windows/amd64", "linux/amd64"));
});

test("a version of Windows matters only where it is asked for", () => {
  const windows = { os: "windows", architecture: "amd64", "os.version": "10.0.20348.1" };
  assert.ok(isWanted(windows, [parsePlatform("windows/amd64")]));
  assert.ok(!isWanted(windows, [{ ...windows, "os.version": "10.0.17763.1" }]));
});

test.run();
