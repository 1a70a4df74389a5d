import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import type { Failure } from "../../../src/failure/index.ts";
import {
  type CopyRequest,
  createRegistry,
  createTransfer,
  type Digest,
  digestOf,
  openJournal,
} from "../../../src/oci/index.ts";
import { seededLayer } from "../../rig/blob.ts";
import { singleImage } from "../../rig/images.ts";
import { isUpload, type QuirkyRegistry, type Seen, startQuirkyRegistry } from "../../rig/quirks/index.ts";
import { inFolder } from "../temporary.ts";

const never = new AbortController().signal;
const digest = digestOf("a blob");
const session = { repository: "team/app", url: new URL("http://r.example/up?s=1"), addresses: "public" } as const;
const DAY = 24 * 60 * 60 * 1000;

const warnings: Failure[] = [];
const journalIn = (folder: string, now = 1000) =>
  openJournal({
    file: join(folder, "below", "uploads.ndjson"),
    now: () => now,
    warn: (one) => warnings.push(one.failure),
  });

test("what a run notes, the next one finds; itself it looks for nothing", async () => {
  await inFolder(async (folder) => {
    const first = await journalIn(folder);
    first.add("r.example", digest, session);
    assert.equal(first.holder("r.example", digest), undefined);
    first.close();
    const second = await journalIn(folder);
    assert.equal(second.holder("r.example", digest), "team/app");
    assert.equal(second.holder("other.example", digest), undefined);
    assert.deepEqual(second.session("r.example", "team/app", digest), { ...session, received: "unknown" });
    assert.equal(second.session("r.example", "team/other", digest), undefined);
  });
});

test("nobody else may read the file, and none is made before there is something to note", async () => {
  await inFolder(async (folder) => {
    const journal = await journalIn(folder);
    await assert.rejects(stat(join(folder, "below")), { code: "ENOENT" });
    journal.add("r.example", digest, session);
    journal.close();
    assert.equal((await stat(join(folder, "below", "uploads.ndjson"))).mode & 0o777, 0o600);
  });
});

test("a line that a kill has torn, and one of last week, are passed over and removed", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "below", "uploads.ndjson");
    const old = await journalIn(folder, 1000);
    old.add("old.example", digest, session);
    old.close();
    const recent = await journalIn(folder, 1000 + 6 * DAY);
    recent.add("new.example", digest, session);
    recent.close();
    await appendFile(file, '{"at":1,"registry":"r.ex');
    const journal = await journalIn(folder, 1000 + 8 * DAY);
    assert.deepEqual(
      [journal.holder("old.example", digest), journal.holder("new.example", digest)],
      [undefined, "team/app"],
    );
    assert.equal((await readFile(file, "utf8")).split("\n").length, 2);
  });
});

test("where it cannot be written, that is said once and the copy goes on", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "below"), "a file where a folder should be");
    const journal = await journalIn(folder);
    warnings.length = 0;
    journal.add("r.example", digest, session);
    journal.add("r.example", digest, session);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["transfer/journal"],
    );
  });
});

const large = seededLayer("journal", 18_000_000);
const image = singleImage([large], "oci");

interface Pair {
  readonly source: QuirkyRegistry;
  readonly target: QuirkyRegistry;
  readonly run: (more?: Partial<CopyRequest>) => Promise<unknown>;
}

/** Two registries, and a way to copy between them as one run of its own. */
async function withPair(work: (pair: Pair, folder: string) => Promise<void>): Promise<void> {
  const [source, target] = await Promise.all([startQuirkyRegistry(), startQuirkyRegistry()]);
  source.store.hold("team/app", "v1", image);
  try {
    await inFolder(async (folder) => {
      const run = async (more: Partial<CopyRequest> = {}): Promise<unknown> => {
        const journal = await journalIn(folder);
        const from = createRegistry({ host: source.host });
        const registry = createRegistry({ host: target.host });
        const request: CopyRequest = {
          from: { source: from, repository: "team/app", digest: image.top.digest as Digest },
          to: { registry, repository: "team/app", tag: "v1" },
          platforms: "all",
          tags: "mutable",
          stopping: never,
          killed: never,
          ...more,
        };
        return createTransfer({ journal }).copy(request).finally(journal.close);
      };
      await work({ source, target, run }, folder);
    });
  } finally {
    await Promise.all([source.stop(), target.stop()]);
  }
}

const bodies = ({ log }: QuirkyRegistry): readonly Seen[] =>
  log.filter((seen) => isUpload(seen) && seen.query.get("digest") === large.digest);

test("an upload that an interrupt has cut goes on in the next run", async () => {
  await withPair(async ({ target, run }) => {
    const stopping = new AbortController();
    const stopLate = ({ bytes }: { readonly bytes: number }): void => {
      if (bytes > large.size - 800_000) stopping.abort();
    };
    await assert.rejects(run({ stopping: stopping.signal, onProgress: stopLate }));
    // The registry still reads what was under way.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [cut] = bodies(target);
    assert.ok(cut !== undefined && cut.status === 0 && cut.received > 16_000_000 && cut.received < large.size);

    await run();
    assert.equal(target.store.faultOf("team/app", "v1", image), undefined);
    assert.equal(bodies(target)[1]?.headers["content-range"], `${cut.received}-${large.size - 1}`);
    assert.equal(
      bodies(target).reduce((sum, { received }) => sum + received, 0),
      large.size,
    );
  });
});

test("an upload that is no longer there is begun anew", async () => {
  await withPair(async ({ target, run }, folder) => {
    await mkdir(join(folder, "below"));
    const gone = new URL(`http://${target.host}/v2/team/app/blobs/uploads/gone?state=a%2Fb%3D`);
    const journal = await journalIn(folder);
    journal.add(target.host, large.digest as Digest, { ...session, url: gone });
    journal.close();
    await run();
    assert.equal(target.store.faultOf("team/app", "v1", image), undefined);
  });
});

test.run();
