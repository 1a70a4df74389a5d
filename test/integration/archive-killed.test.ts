import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { test } from "uvu";
import { startMirror } from "../rig/cli.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt, type Gap, makeGap, nameOf } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));
const KILLS = 10;

/** Runs mirror and kills it after a while; gives the images that it had said were copied. */
async function killed(gap: Gap, args: readonly string[], afterMs: number): Promise<readonly string[]> {
  const running = startMirror([...args, "--no-color"], { cwd: gap.place.folder });
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  running.child.kill("SIGKILL");
  const { stdout } = await running.ended;
  return [...stdout.matchAll(/copy:\w+\/(\S+) +copied/g)].map((match) => match[1] ?? "");
}

/** From before anything is sent to the end of a run, as long as it takes on this machine today. */
async function durationOf(
  run: () => Promise<{ code: number | undefined; stdout: string; stderr: string }>,
): Promise<number> {
  const startedAt = Date.now();
  const { code, stdout, stderr } = await run();
  assert.equal(code, 0, stdout + stderr);
  return Date.now() - startedAt;
}

/** What the registry was asked, when it has also noted what it was still sending to a run that is gone. */
async function linesAtRest({ source }: Gap): Promise<Awaited<ReturnType<Gap["source"]["accessLog"]>>> {
  for (let lines = await source.accessLog(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const later = await source.accessLog();
    if (later.length === lines.length) return lines;
    lines = later;
  }
}

const moment = (longest: number): number => longest * (0.2 + 0.7 * Math.random());

integration(
  "killed again and again while it saves, nothing that was said to be done is asked for again, and it ends",
  async () => {
    const gap = await makeGap({ count: 12, layerBytes: 300_000 });
    try {
      const longest = await durationOf(() => gap.mirror("save", "--to", "measured.tar"));
      const file = `${gap.place.folder}/carried.tar`;
      const done = new Set<string>();
      let whole = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const before = (await gap.source.accessLog()).length;
        const copied = await killed(gap, ["save", "--to", "carried.tar"], moment(longest));
        const asked = (await linesAtRest(gap)).slice(before).map(({ path }) => path);
        for (const { repository, image } of gap.images) {
          if (!done.has(nameOf(repository))) continue;
          const again = asked.filter((path) => image.blobs.some(({ digest }) => path.includes(`/blobs/${digest}`)));
          assert.deepEqual(again, [], `${repository} was done before the kill`);
        }
        for (const name of copied) done.add(name);
        if (!existsSync(file)) continue;
        // This one came too late: the next begins anew.
        assert.equal(Object.keys(await contentsOf(file)).length, gap.images.length, "a file with its name is whole");
        await rm(file);
        done.clear();
        whole += 1;
        kill -= whole < KILLS ? 1 : 0;
      }
      console.log(`saving: killed ${KILLS} times before the file was whole, ${whole} times too late`);
      const last = await gap.mirror("save", "--to", "carried.tar");
      assert.equal(last.code, 0, last.stdout + last.stderr);
      const found = await contentsOf(file);
      for (const { repository, tag, image } of gap.images) {
        assert.equal(found[`up.example.com/${repository}:${tag}`], image.top.digest);
      }
    } finally {
      await gap.remove();
    }
  },
);

integration(
  "killed again and again while it loads, what was said to be done stands at the target, and it ends",
  async () => {
    const gap = await makeGap({ count: 12, layerBytes: 300_000 });
    try {
      const longest = await durationOf(() => gap.mirror("save", "--to", "carried.tar"));
      const done = new Set<string>();
      for (let kill = 0; kill < KILLS; kill++) {
        for (const name of await killed(gap, ["load", "carried.tar", "-t", "inside"], moment(longest))) done.add(name);
        for (const { repository, tag, image } of gap.images) {
          if (!done.has(nameOf(repository))) continue;
          assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest, repository);
        }
      }
      console.log(`loading: killed ${KILLS} times, ${done.size} images done meanwhile`);
      const last = await gap.mirror("load", "carried.tar", "-t", "inside");
      assert.equal(last.code, 0, last.stdout + last.stderr);
      for (const { repository, tag, image } of gap.images) {
        assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest, repository);
      }
    } finally {
      await gap.remove();
    }
  },
);

test.run();
