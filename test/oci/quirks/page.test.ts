import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import { profileGroups } from "../../rig/quirks/index.ts";
import { pageFile, registriesPage } from "../../rig/quirks/page.ts";

const profiles = [...profileGroups.values()].flat();

test("docs/registries.md is what the rig says (else: node --import tsx test/rig/quirks/write-page.ts)", () => {
  assert.equal(readFileSync(pageFile, "utf8"), registriesPage());
});

test("every profile has a test, and a name of its own", () => {
  const folder = new URL("./", import.meta.url);
  const tests = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  const text = tests.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const untested = profiles.filter(({ name }) => !text.includes(`"${name}"`)).map(({ name }) => name);
  assert.deepEqual(untested, []);
  assert.equal(new Set(profiles.map(({ name }) => name)).size, profiles.length);
});

test("every profile says what a client does, and where that is known from", () => {
  for (const { name, imitates, client, source } of profiles) {
    assert.match(client, /^[A-Z][a-z]+ /, name);
    assert.ok(imitates.length > 10 && source.length > 5 && !client.endsWith("."), name);
  }
});

test.run();
