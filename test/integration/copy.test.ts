import assert from "node:assert/strict";
import { test } from "uvu";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type AccessLine, type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf, movedBytes, outcomesOf } from "../rig/events.ts";
import { imageSet, uniqueBlobs } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";
import { copyConfig } from "./copy-config.ts";

/**
 * Thirty images that share layers go from one docker-registry to another with one `mirror run`; the tests below are
 * statements about that run and the next, by the servers' own access logs and by skopeo.
 */
const set = imageSet({ seed: "copy", count: 30, stacks: 4, layerBytes: 40_000 });
const blobs = uniqueBlobs(set.map(({ image }) => image));

let source: DockerRegistry | undefined;
let target: DockerRegistry | undefined;
let place: Workspace | undefined;
/** What the first run asked the source for. */
let asked: readonly AccessLine[] = [];

const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

test.after(async () => {
  await source?.stop();
  await target?.stop();
  await place?.remove();
});

integration("thirty images arrive with the digests they had", async () => {
  source = await startDockerRegistry();
  target = await startDockerRegistry();
  assert.ok(source && target);
  await pushImages(source.host, set);
  place = await workspace(copyConfig(set, source.host, target.host));

  const before = (await source.accessLog()).length;
  const { code, stdout, stderr } = await runMirror(["run", "--target", "second", "--json"], { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  assert.equal(outcomesOf(stdout, "copy:second/").length, 30);
  asked = (await source.accessLog()).slice(before);

  for (const { repository, tag, image } of set) {
    assert.equal(await rawDigest(`${source.host}/${repository}:${tag}`), image.top.digest);
    assert.equal(await rawDigest(`${target.host}/mirrored/${repository}:${tag}`), image.top.digest);
  }
});

integration("each unique blob is read from the source once", () => {
  const fetched = countBy(asked.flatMap(fetchedBlob));
  assert.deepEqual(fetched, new Map(blobs.map(({ digest }) => [digest, 1])), difference(fetched));
});

integration("each manifest is read once: by its tag what is pinned, by digest what an index lists", () => {
  const read = asked.filter(({ path }) => path.includes("/manifests/"));
  const wanted = set.flatMap(({ repository, tag, image }) => [
    `GET /v2/${repository}/manifests/${tag}`,
    ...image.children.map(({ digest }) => `GET /v2/${repository}/manifests/${digest}`),
  ]);
  assert.deepEqual(read.map(({ method, path }) => `${method} ${path}`).sort(), wanted.sort());
});

integration("besides, the source is asked only where signatures may be: for the tags of each repository", () => {
  const others = asked.filter(({ path }) => !/\/(?:manifests|blobs)\//.test(path));
  assert.equal(others.filter(({ path }) => path.includes("/tags/list")).length, set.length);
  assert.equal(others.filter(({ path }) => path.includes("/referrers/")).length, 1);
  assert.equal(others.length, set.length + 1, requests(others));
});

integration("each unique blob is uploaded to the target once", async () => {
  assert.ok(target);
  const log = await target.accessLog();
  const uploaded = countBy(log.flatMap(uploadedBlob));
  assert.deepEqual(uploaded, new Map(blobs.map(({ digest }) => [digest, 1])), difference(uploaded));
});

integration("a blob that several repositories share is mounted in the others", async () => {
  assert.ok(target);
  const mounted = (await target.accessLog()).filter(
    ({ method, path, status }) => method === "POST" && path.includes("mount=") && status === 201,
  );
  const mentioned = set.reduce((sum, { image }) => sum + new Set(image.blobs.map(({ digest }) => digest)).size, 0);
  assert.equal(mounted.length, mentioned - blobs.length);
});

integration("a second run asks at most once per image and side, and moves no byte", async () => {
  assert.ok(source && target && place);
  const before = { source: (await source.accessLog()).length, target: (await target.accessLog()).length };
  const { code, stdout, stderr } = await runMirror(["run", "--target", "second", "--json"], { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  assert.equal(movedBytes(eventsOf(stdout)), 0);
  assert.ok(
    outcomesOf(stdout, "copy:second/").every((outcome) => outcome.kind === "done" && outcome.effect === "unchanged"),
  );

  for (const [side, log] of [
    ["source", (await source.accessLog()).slice(before.source)],
    ["target", (await target.accessLog()).slice(before.target)],
  ] as const) {
    const perImage = [...countBy(log.map(({ path }) => repositoryOf(path))).values()];
    assert.ok(log.length <= 30 && perImage.every((count) => count <= 1), `${side}: ${requests(log)}`);
    assert.ok(
      log.every(({ method }) => method === "HEAD" || method === "GET"),
      `${side}: ${requests(log)}`,
    );
  }
});

integration("a tag that stands at another digest is a conflict and is left alone", async () => {
  assert.ok(source && target && place);
  const [first, second] = set;
  assert.ok(first && second);
  const taken = `${target.host}/mirrored/${first.repository}:${first.tag}`;
  await pushImages(target.host, [{ ...first, repository: `mirrored/${first.repository}`, image: second.image }]);
  assert.equal(await rawDigest(taken), second.image.top.digest);

  const { code, stdout, stderr } = await runMirror(["run", "--target", "second"], { cwd: place.folder });
  assert.equal(code, 3, stdout + stderr);
  assert.match(stdout + stderr, /copy:second\/app-1\b/);
  assert.equal(await rawDigest(taken), second.image.top.digest);
});

function fetchedBlob({ method, path, status }: AccessLine): string[] {
  const digest = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1];
  return method === "GET" && status < 300 && digest !== undefined ? [digest] : [];
}

function uploadedBlob({ method, path, status }: AccessLine): string[] {
  if (!path.includes("/blobs/uploads/") || path.includes("mount=") || status !== 201) return [];
  const digest = new URL(path, "http://registry").searchParams.get("digest");
  return (method === "PUT" || method === "POST") && digest !== null ? [digest] : [];
}

function repositoryOf(path: string): string {
  return /^\/v2\/(.*?)\/(?:manifests|blobs|tags|referrers)\//.exec(path)?.[1] ?? path;
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function difference(counts: ReadonlyMap<string, number>): string {
  const missing = blobs.filter(({ digest }) => !counts.has(digest)).length;
  const repeated = [...counts.values()].filter((count) => count > 1).length;
  return `of ${blobs.length} blobs ${missing} are missing and ${repeated} are repeated`;
}

function requests(log: readonly AccessLine[]): string {
  return log.map(({ method, path, status }) => `${method} ${path} ${status}`).join("\n");
}

test.run();
