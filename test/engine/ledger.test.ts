import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { asNodeId, type Event, newRunId, openLedger, replay } from "../../src/engine/index.ts";
import { Failed } from "../../src/failure/index.ts";

const test = suite<{ folder: string }>("ledger");
const run = "20260131-142355-123-k3f9";
const log = (line: string, at = 1): Event => ({ at, type: "node-log", id: asNodeId("a"), stream: "log", line });
const progress = (id: string, bytes: number): Event => ({
  at: bytes,
  type: "node-progress",
  id: asNodeId(id),
  bytes,
  totalBytes: 100,
});

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "mirror-ledger-"));
});
test.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

async function eventsOf(file: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of replay(file)) events.push(event);
  return events;
}

const withCode = (code: string) => (error: unknown) => error instanceof Failed && error.failure.code === code;

test("a run is read back as it was told, one event a line", async ({ folder }) => {
  const ledger = await openLedger({ folder: join(folder, "deep", "runs"), run });
  const told = [log("one"), log("two\nlines", 2), log("ünï", 3)];
  for (const event of told) ledger.read(event);
  await ledger.close();
  assert.equal(ledger.file, join(folder, "deep", "runs", `${run}.ndjson`));
  assert.equal((await readFile(ledger.file, "utf8")).split("\n").length, 4);
  assert.deepEqual(await eventsOf(ledger.file), told);
});

test("events reach the disk during the run", async ({ folder }) => {
  const ledger = await openLedger({ folder, run });
  for (const expected of [1, 2]) {
    ledger.read(log("line", expected));
    for (let i = 0; i < 100 && (await eventsOf(ledger.file)).length < expected; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await eventsOf(ledger.file)).length, expected);
  }
  await ledger.close();
});

test("others cannot read it", async ({ folder }) => {
  const ledger = await openLedger({ folder, run });
  await ledger.close();
  assert.equal((await stat(ledger.file)).mode & 0o077, 0);
});

test("of the progress between two writes, the last of each node is kept, in its place", async ({ folder }) => {
  const ledger = await openLedger({ folder, run });
  const told = [progress("a", 1), progress("b", 2), progress("a", 3), log("between"), progress("b", 4)];
  for (const event of told) ledger.read(event);
  await ledger.close();
  assert.deepEqual(await eventsOf(ledger.file), [progress("a", 3), log("between"), progress("b", 4)]);
});

test("the newest 20 runs stay, and files that are no runs", async ({ folder }) => {
  const ids = Array.from({ length: 25 }, (_, i) => newRunId(new Date(Date.UTC(2026, 0, 1, 0, 0, i))));
  for (const id of ids) await writeFile(join(folder, `${id}.ndjson`), "");
  await writeFile(join(folder, "a-note.ndjson"), "");
  const newest = newRunId(new Date(Date.UTC(2026, 0, 2)));
  await (await openLedger({ folder, run: newest })).close();
  const kept = [...ids.slice(-19), newest].map((id) => `${id}.ndjson`);
  assert.deepEqual((await readdir(folder)).sort(), [...kept, "a-note.ndjson"].sort());
});

test("a line that a crash cut short is left out", async ({ folder }) => {
  const ledger = await openLedger({ folder, run });
  ledger.read(log("whole"));
  await ledger.close();
  await appendFile(ledger.file, '{"at":2,"type":"node-l');
  assert.deepEqual(await eventsOf(ledger.file), [log("whole")]);
});

test("a damaged line in the middle is named by its number", async ({ folder }) => {
  const file = join(folder, "damaged.ndjson");
  await writeFile(file, `${JSON.stringify(log("one"))}\n{"no":"event"}\n${JSON.stringify(log("two"))}\n`);
  await assert.rejects(eventsOf(file), (error) => {
    assert.ok(error instanceof Failed);
    assert.equal(error.failure.code, "ledger/damaged");
    assert.equal(error.failure.place?.line, 2);
    return true;
  });
});

test("a ledger that is not there says so", async ({ folder }) => {
  await assert.rejects(eventsOf(join(folder, "none.ndjson")), withCode("ledger/unreadable"));
});

test("a folder that cannot be made is said before the run starts", async ({ folder }) => {
  await writeFile(join(folder, "file"), "");
  await assert.rejects(openLedger({ folder: join(folder, "file", "runs"), run }), withCode("ledger/unwritable"));
});

test("a write that fails does not disturb the run, and is told at the end", async ({ folder }) => {
  // Every write to /dev/full fails as on a full disk.
  await symlink("/dev/full", join(folder, `${run}.ndjson`));
  const ledger = await openLedger({ folder, run });
  ledger.read(log("one"));
  await assert.rejects(ledger.close(), withCode("ledger/unwritable"));
});

test.run();
