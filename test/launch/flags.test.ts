import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { test } from "uvu";
import { TIERING_FLAG } from "../../src/charts/render/tiering.ts";
import { byItself, slowGrowth, underFirstFlags } from "../../src/launch/flags.ts";
import type { CompiledCode } from "../../src/launch/kept-code.ts";
import { Loader } from "../../src/launch/loader.ts";

const folder = mkdtempSync(join(tmpdir(), "mirror-flags-"));

const changes: readonly (readonly [string, () => void])[] = [
  ["a chart was rendered", () => setFlagsFromString(TIERING_FLAG)],
  ["memory has begun to grow slowly", slowGrowth],
];

test("that a flag is another's is told: what is compiled then is of no use at the next start", () => {
  assert.equal(underFirstFlags(isTold), true);
  setFlagsFromString("--retain-maps-for-n-gc=3");
  assert.equal(underFirstFlags(isTold), false);
  setFlagsFromString("--retain-maps-for-n-gc=2");
  assert.equal(underFirstFlags(isTold), true);
});

for (const [what, change] of changes) {
  test(`compiled code that is made and taken after ${what} is as good as that of a start`, () => {
    change();
    const made = compiled();
    assert.ok(isTaken(made), "under the same flags");
    startAnew();
    assert.ok(isTaken(made), "at the next start");
    change();
    assert.ok(isTaken(made), "in the middle of the next run");
  });

  test(`what needs the flags of a start has them, and those of the run come back after it, where ${what}`, () => {
    const before = underFirstFlags(flagsInForce);
    change();
    const changed = flagsInForce();
    assert.notEqual(changed, before);
    assert.equal(underFirstFlags(flagsInForce), before);
    assert.equal(flagsInForce(), changed);
    startAnew();
    assert.equal(flagsInForce(), before);
  });
}

function compiled(): CompiledCode {
  writeSource();
  const loader = new Loader(folder, new Map());
  loader.load("./main.cjs");
  return underFirstFlags(() => loader.code());
}

/** Of another source of that length, which V8 takes for the same: what it has compiled itself it does not look for. */
function isTaken(code: CompiledCode): boolean {
  writeSource();
  const loader = new Loader(folder, code);
  loader.load("./main.cjs");
  return !loader.compiledAnew;
}

let written = 100;
const writeSource = (): void => writeFileSync(join(folder, "main.cjs"), `exports.one = () => ${written++};`);

/** What compiled code begins with: a digest of them is in it. */
const flagsInForce = (): string => new Script("1").createCachedData().toString("hex", 0, 16);

/** With the flags of a new process. */
function startAnew(): void {
  for (const flag of Object.values(byItself ?? {})) setFlagsFromString(flag);
}

const isTold = (areFirst: boolean): boolean => areFirst;

test.after.each(startAnew);
test.after(() => rmSync(folder, { recursive: true }));
test.run();
