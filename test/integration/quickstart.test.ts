import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import type { Event } from "../../src/engine/index.ts";
import { runMirror } from "../rig/cli.ts";
import { eventsOf, movedBytes } from "../rig/events.ts";

/** The two commands of the README on a copy of examples/quickstart, with nothing but mirror itself. */
const commands = [
  ["run", "build_push_cert", "--json"],
  ["run", "--target", "harbor", "--json"],
] as const;

let folder: string;
const first: Event[][] = [];

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-quickstart-"));
  const example = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));
  await cp(example, folder, { recursive: true, filter: (path) => !path.includes(".mirror") });
});

test.after(() => rm(folder, { recursive: true, force: true }));

test("both commands succeed on a fresh copy, and move bytes", async () => {
  for (const command of commands) {
    const events = await run(command);
    first.push(events);
    assert.ok(movedBytes(events) > 0);
  }
});

test("the bundle starts only after every image of its target is published", () => {
  const events = first[0] ?? [];
  const bundle = events.findIndex((event) => event.type === "node-started" && event.id === "bundle:demo-operator");
  const copies = events.flatMap((event, i) =>
    event.type === "node-settled" && event.id.startsWith("copy:certified/") ? [i] : [],
  );
  assert.equal(copies.length, 3);
  assert.ok(bundle > Math.max(...copies), `the bundle is event ${bundle}, the copies are ${copies}`);
});

test("the README shows the digests that come of it", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const shown = [...readme.matchAll(/^[\d:.]{12} {2}(\S+) +(copied sha256:[0-9a-f]{12}\S*)/gm)];
  assert.ok(shown.length >= 4);
  for (const [, id, text = ""] of shown) {
    const settled = (first[0] ?? []).find((event) => event.type === "node-settled" && event.id === id);
    assert.ok(settled?.type === "node-settled" && settled.outcome.kind === "done", id);
    assert.ok(settled.outcome.summary.startsWith(text), `${id}: ${settled.outcome.summary}`);
  }
});

test("a second time nothing is left to do", async () => {
  for (const command of commands) {
    const events = await run(command);
    assert.equal(movedBytes(events), 0);
    const changed = events.filter(
      (event) =>
        event.type === "node-settled" &&
        /^(copy|build|bundle):/.test(event.id) &&
        (event.outcome.kind !== "done" || event.outcome.effect === "changed"),
    );
    assert.deepEqual(changed, []);
  }
});

async function run(command: readonly string[]): Promise<Event[]> {
  const { code, stdout, stderr } = await runMirror(command, { cwd: folder });
  assert.equal(code, 0, stdout + stderr);
  return eventsOf(stdout);
}

test.run();
