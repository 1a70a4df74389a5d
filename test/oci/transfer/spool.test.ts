import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { createRegistry, createTransfer, type Digest, type Transfer } from "../../../src/oci/index.ts";
import { type Script, type ScriptedRegistry, startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { pushImage } from "../pushed-images.ts";
import { inFolder } from "../temporary.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 3, baseMs: 1, capMs: 5, patienceMs: 2000 } };
const all = ["one", "two", "three"] as const;
type Name = (typeof all)[number];

interface Rig {
  readonly source: ScriptedRegistry;
  readonly targets: Readonly<Record<Name, ScriptedRegistry>>;
  readonly image: { readonly digest: Digest };
  readonly copy: (transfer: Transfer, name: Name) => Promise<unknown>;
  /** How often each blob was asked of the source. */
  readonly reads: () => number[];
}

/** An image of two large layers and a small one, and three registries that it goes to. */
async function withRig(body: (rig: Rig) => Promise<void>): Promise<void> {
  const [source, one, two, three] = await Promise.all([1, 2, 3, 4].map(() => startScriptedRegistry()));
  assert.ok(source && one && two && three);
  const targets = { one, two, three };
  const from = createRegistry({ host: source.host, ...quick });
  const layers = [randomBytes(3_000_000), randomBytes(2_500_000), randomBytes(500)];
  const image = await pushImage(from, "src/app", { layers, tag: "v1" });
  (source.log as unknown[]).length = 0;
  try {
    await body({
      source,
      targets,
      image,
      copy: (transfer, name) =>
        transfer.copy({
          from: { source: from, repository: "src/app", digest: image.digest },
          to: { registry: createRegistry({ host: targets[name].host, ...quick }), repository: "app", tag: "v1" },
          takers: { self: name, all },
          platforms: "all",
          tags: "mutable",
          stopping: never,
          killed: never,
        }),
      reads: () => {
        const counts = new Map<string, number>();
        for (const { method, path } of source.log) {
          if (method === "GET" && path.includes("/blobs/")) counts.set(path, (counts.get(path) ?? 0) + 1);
        }
        return [...counts.values()];
      },
    });
  } finally {
    await Promise.all([source, one, two, three].map((registry) => registry.stop()));
  }
}

const ONCE_EACH = [1, 1, 1, 1];
const failing: Script = ({ method, path }) =>
  method === "PUT" && path.includes("uploads") ? { status: 403, body: "{}" } : undefined;

function assertWhole({ source, targets }: Rig, names: readonly Name[]): void {
  for (const name of names) {
    for (const [key, bytes] of source.blobs) {
      const there = targets[name].blobs.get(key.replace("src/app", "app"));
      assert.ok(there !== undefined && Buffer.compare(there, bytes) === 0, `${key} at ${name}`);
    }
    assert.ok(targets[name].manifests.has("app v1"), `the tag at ${name}`);
  }
}

test("three registries at once: each blob leaves the source once", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      const transfer = createTransfer({ ...quick, spool: folder });
      await Promise.all(all.map((name) => rig.copy(transfer, name)));
      assert.deepEqual(rig.reads(), ONCE_EACH);
      assertWhole(rig, all);
      assert.deepEqual(await readdir(folder), [], "the file has no name even while it is used");
      await transfer.close();
    }),
  );
});

test("three registries one after the other: each blob leaves the source once", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      const transfer = createTransfer({ ...quick, spool: folder });
      for (const name of all) await rig.copy(transfer, name);
      assert.deepEqual(rig.reads(), ONCE_EACH);
      assertWhole(rig, all);
      await transfer.close();
    }),
  );
});

test("without a place for them, or where it cannot be written, each registry reads them from the source", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      await writeFile(join(folder, "file"), "");
      for (const transfer of [createTransfer(quick), createTransfer({ ...quick, spool: join(folder, "file") })]) {
        for (const name of all) rig.targets[name].manifests.clear();
        for (const name of all) rig.targets[name].blobs.clear();
        (rig.source.log as unknown[]).length = 0;
        await Promise.all(all.map((name) => rig.copy(transfer, name)));
        assert.deepEqual(rig.reads(), [3, 3, 3, 3]);
        assertWhole(rig, all);
        await transfer.close();
      }
    }),
  );
});

test("a registry that refuses everything keeps nothing from the others", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      rig.targets.one.script = failing;
      const transfer = createTransfer({ ...quick, spool: folder });
      const results = await Promise.allSettled(all.map((name) => rig.copy(transfer, name)));
      assert.deepEqual(
        results.map(({ status }) => status),
        ["rejected", "fulfilled", "fulfilled"],
      );
      assert.deepEqual(rig.reads(), ONCE_EACH);
      assertWhole(rig, ["two", "three"]);
      await transfer.close();
    }),
  );
});

test("a registry that hangs holds up nobody, and what it waits with is still there for it", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      rig.targets.one.script = ({ method, path }) =>
        method === "POST" && path.includes("uploads") ? { status: 503, delayMs: 1500, body: "{}" } : undefined;
      const transfer = createTransfer({ ...quick, spool: folder });
      let slow: "running" | "done" = "running";
      const first = rig.copy(transfer, "one").finally(() => {
        slow = "done";
      });
      await Promise.all([rig.copy(transfer, "two"), rig.copy(transfer, "three")]);
      assert.equal(slow, "running");
      rig.targets.one.script = () => undefined;
      await first;
      assert.deepEqual(rig.reads(), ONCE_EACH);
      assertWhole(rig, all);
      await transfer.close();
    }),
  );
});

test("a blob that the source sends wrong arrives nowhere, and is asked for again", async () => {
  await inFolder((folder) =>
    withRig(async (rig) => {
      const [key, right] = [...rig.source.blobs].find(([, bytes]) => bytes.length === 3_000_000) ?? [];
      assert.ok(key !== undefined && right !== undefined);
      const wrong = Buffer.from(right);
      wrong[17] = (wrong[17] ?? 0) ^ 1;
      rig.source.blobs.set(key, wrong);
      const transfer = createTransfer({ ...quick, spool: folder });
      const results = await Promise.allSettled(all.map((name) => rig.copy(transfer, name)));
      for (const result of results) {
        assert.ok(result.status === "rejected");
        assert.equal(result.reason.failure.code, "registry/digest-mismatch");
        assert.match(result.reason.failure.message, new RegExp(rig.source.host), "it names who lied");
      }
      for (const name of all) assert.equal(rig.targets[name].blobs.has(key.replace("src/app", "app")), false);

      rig.source.blobs.set(key, right);
      await Promise.all(all.map((name) => rig.copy(transfer, name)));
      assertWhole(rig, all);
      await transfer.close();
    }),
  );
});

test.run();
