import assert from "node:assert/strict";
import { suite } from "uvu";
import { readDatabase } from "../../../src/certification/rpm/database.ts";
import type { Package } from "../../../src/certification/rpm/package.ts";
import { seededNumber } from "../../rig/blob.ts";
import { openRpmRig, type RpmRig, rpmCommands } from "../../rig/rpm.ts";
import { missingCommand, requires } from "../../rig/skip.ts";

const test = suite("rpm's databases");
const withRpm = requires(test, ...rpmCommands.map(missingCommand));

const names = Array.from({ length: 30 }, (_, index) => `tool-${String(index).padStart(2, "0")}`);
const TOOL = {
  name: "tool",
  version: "1.2",
  release: "3.el9",
  vendor: "Example",
  arch: "x86_64",
  // Enough of them that the header does not fit on a page.
  files: Array.from({ length: 300 }, (_, index) => `/usr/share/tool/file-with-a-long-name-${index}`),
  also: names,
};

let rig: RpmRig;
let packages: readonly string[] = [];
let sqlite: Buffer;
let berkeley: Buffer;

test.before(async () => {
  if (rpmCommands.some((command) => missingCommand(command) !== undefined)) return;
  rig = await openRpmRig();
  packages = await rig.buildAll(TOOL);
  sqlite = bytesOf(await rig.database(packages));
  berkeley = bytesOf(await rig.database(packages, { backend: "berkeley" }));
});
test.after(() => rig?.stop());

withRpm("packages are read over all pages, with what stands on pages of its own", async () => {
  for (const bytes of [sqlite, berkeley]) {
    const found = packagesIn(bytes);
    assert.deepEqual(found.map(({ name }) => name).sort(), ["tool", ...names]);
    const tool = found.find(({ name }) => name === "tool");
    assert.equal(tool?.files.length, 300);
    assert.ok(tool?.files.some(({ path }) => path === "usr/share/tool/file-with-a-long-name-299"));
    const { version, release, arch, vendor, summary, sourceRpm, epoch, keyId } = tool;
    assert.deepEqual(
      { version, release, arch, vendor, summary, sourceRpm, epoch, keyId },
      {
        version: "1.2",
        release: "3.el9",
        arch: "x86_64",
        vendor: "Example",
        summary: "The tool of a test",
        sourceRpm: "tool-1.2-3.el9.src.rpm",
        epoch: 0,
        keyId: undefined,
      },
    );
    assert.ok(Math.abs(tool.installedAt - Date.now() / 1000) < 3600);
  }
});

withRpm("what SQLite has only in its log counts", async () => {
  const [first = ""] = packages;
  const before = bytesOf(await rig.database([first]));
  assert.equal(packagesIn(before).length, 1);
  assert.equal(packagesIn(before, logOf(sqlite)).length, 31);
  assert.equal(packagesIn(before, Buffer.alloc(0)).length, 1);
  assert.equal(packagesIn(before, logOf(sqlite, "uncommitted")).length, 1);
});

withRpm("a broken database is unreadable, with a reason, whatever is broken", async () => {
  let unreadable = 0;
  for (const [kind, bytes] of [
    ["sqlite", sqlite],
    ["berkeley", berkeley],
  ] as const) {
    for (let round = 0; round < 150; round++) {
      const seed = `${kind}-${round}`;
      const broken = Buffer.from(round % 3 === 0 ? bytes.subarray(0, seededNumber(seed, bytes.length)) : bytes);
      for (let n = 0; n < 40 && broken.length > 0; n++) {
        broken[seededNumber(`${seed}-at-${n}`, broken.length)] = seededNumber(`${seed}-to-${n}`, 256);
      }
      const list = readDatabase(broken);
      if (list.kind === "unreadable") assert.match(list.because, /\w/);
      unreadable += list.kind === "unreadable" ? 1 : 0;
    }
  }
  assert.ok(unreadable > 50, `${unreadable} of 300`);
  assert.deepEqual(readDatabase(Buffer.from("no database")), {
    kind: "unreadable",
    because: "it is a database neither of SQLite nor of Berkeley DB",
  });
});

const bytesOf = (files: ReadonlyMap<string, Buffer>): Buffer => [...files.values()][0] ?? Buffer.alloc(0);

function packagesIn(bytes: Buffer, log?: Buffer): readonly Package[] {
  const list = readDatabase(bytes, log);
  if (list.kind === "unreadable") throw new Error(list.because);
  return list.packages;
}

/** A write-ahead log that brings a file to the state of another: each of its pages in a frame. */
function logOf(state: Buffer, end: "committed" | "uncommitted" = "committed"): Buffer {
  const size = state.readUInt16BE(16);
  const head = Buffer.alloc(32);
  head.writeUInt32BE(0x377f0682, 0);
  head.writeUInt32BE(size, 8);
  head.write("saltsalt", 16);
  const pages = state.length / size;
  const frames = Array.from({ length: pages }, (_, index) => {
    const frame = Buffer.alloc(24 + size);
    frame.writeUInt32BE(index + 1, 0);
    frame.writeUInt32BE(index + 1 === pages && end === "committed" ? pages : 0, 4);
    frame.write("saltsalt", 8);
    state.copy(frame, 24, index * size, (index + 1) * size);
    return frame;
  });
  return Buffer.concat([head, ...frames]);
}

test.run();
