import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { keepCode, readKeptCode } from "../../src/launch/kept-code.ts";

const folder = mkdtempSync(join(tmpdir(), "mirror-launch-"));
const code = new Map([
  ["./a.cjs", Buffer.from("compiled a")],
  ["./b.cjs", Buffer.alloc(0)],
  ["./c.cjs", Buffer.from([0, 255, 7])],
]);

test("what is kept comes back", () => {
  const file = join(folder, "back/run.v8");
  keepCode(file, code);
  const kept = readKeptCode(file);
  assert.deepEqual(kept?.code, code);
  assert.equal(kept?.old, false);
  assert.deepEqual(readdirSync(join(folder, "back")), ["run.v8"]);
});

test("there is none where none was kept", () => {
  assert.equal(readKeptCode(join(folder, "never.v8")), undefined);
});

test("a file that is not whole is as none", () => {
  const file = join(folder, "damaged.v8");
  keepCode(file, code);
  const bytes = readFileSync(file);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(file, damaged);
    assert.equal(readKeptCode(file), undefined, `byte ${at}`);
    writeFileSync(file, bytes.subarray(0, at));
    assert.equal(readKeptCode(file), undefined, `cut at ${at}`);
  }
});

test("a file that others can write is as none", () => {
  const file = join(folder, "shared.v8");
  keepCode(file, code);
  chmodSync(file, 0o664);
  assert.equal(readKeptCode(file), undefined);
});

test("after a day it is old, and after a month without use it is cleared away", () => {
  const daysAgo = (path: string, days: number) => {
    const then = Date.now() / 1000 - days * 86_400 - 60;
    utimesSync(path, then, then);
  };
  const file = join(folder, "aged/list.v8");
  const unused = join(folder, "aged/check.v8");
  const others = join(folder, "aged/notes.txt");
  keepCode(file, code);
  keepCode(unused, code);
  writeFileSync(others, "not ours");
  for (const [path, days] of [
    [file, 1],
    [unused, 30],
    [others, 400],
  ] as const)
    daysAgo(path, days);
  assert.equal(readKeptCode(file)?.old, true);
  keepCode(join(folder, "aged/run.v8"), code);
  assert.deepEqual(readdirSync(join(folder, "aged")).sort(), ["list.v8", "notes.txt", "run.v8"]);
});

test("where nothing can be written nothing is kept, and nothing is thrown", () => {
  writeFileSync(join(folder, "file"), "");
  keepCode(join(folder, "file/run.v8"), code);
  assert.equal(existsSync(join(folder, "file/run.v8")), false);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
