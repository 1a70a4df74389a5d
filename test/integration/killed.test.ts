import assert from "node:assert/strict";
import { test } from "uvu";
import { seededNumber } from "../rig/blob.ts";
import { startMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type AccessLine, type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { type Image, imageSet, uniqueBlobs } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { wholeAt } from "../rig/whole.ts";
import { copyConfig } from "./copy-config.ts";

/**
 * A copy of 24 images is killed again and again, each time after a random number of further requests at the target, and
 * then left to end. The target's own access log and its blobs tell what came of it.
 */
const set = imageSet({ seed: "killed", count: 24, stacks: 4, layerBytes: 60_000 });
const blobs = uniqueBlobs(set.map(({ image }) => image));
const KILLS = 10;
const SEED = "ten moments";

let source: DockerRegistry | undefined;
let target: DockerRegistry | undefined;
let place: Workspace | undefined;

const integration = requires(test, missingCommand("docker-registry"));

test.after(async () => {
  await source?.stop();
  await target?.stop();
  await place?.remove();
});

integration("a run that is killed at ten moments and started again ends with every image whole", async () => {
  source = await startDockerRegistry();
  target = await startDockerRegistry();
  assert.ok(source && target);
  await pushImages(source.host, set);
  place = await workspace(copyConfig(set, source.host, target.host));

  let killed = 0;
  for (let i = 0; i < KILLS; i++) killed += (await killedAfter(momentOf(i), place, target)) ? 1 : 0;
  assert.ok(killed >= KILLS - 1, `only ${killed} of ${KILLS} runs were still at work when they were killed`);

  const { code, stdout, stderr } = await startMirror(["run"], { cwd: place.folder }).ended;
  assert.equal(code, 0, stdout + stderr);
  for (const { repository, tag, image } of set) {
    assert.equal(await wholeAt(target.host, `mirrored/${repository}`, tag, image as Image), undefined);
  }
});

integration("no blob that was complete is sent twice", async () => {
  assert.ok(target);
  const sent = new Map<string, number>();
  for (const digest of (await target.accessLog()).flatMap(completed)) sent.set(digest, (sent.get(digest) ?? 0) + 1);
  assert.deepEqual(
    [...sent].filter(([, count]) => count > 1),
    [],
  );
  assert.equal(sent.size, blobs.length);
});

/** How many requests of a run the target sees before the run is killed: early, late and in between. */
function momentOf(i: number): number {
  return 1 + seededNumber(`${SEED}/${i}`, 45);
}

/** Starts a run and kills it; false where it had ended by itself. */
async function killedAfter(requests: number, { folder }: Workspace, registry: DockerRegistry): Promise<boolean> {
  const before = (await registry.accessLog()).length;
  const running = startMirror(["run"], { cwd: folder });
  while (running.child.exitCode === null && registry.linesSoFar().length < before + requests) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  running.child.kill("SIGKILL");
  await running.ended;
  return running.child.signalCode === "SIGKILL";
}

/** The blobs that the registry took whole: mounts are not sent. */
function completed({ method, path, status }: AccessLine): string[] {
  if (method !== "PUT" || !path.includes("/blobs/uploads/") || status !== 201) return [];
  const digest = new URL(path, "http://registry").searchParams.get("digest");
  return digest === null ? [] : [digest];
}

test.run();
