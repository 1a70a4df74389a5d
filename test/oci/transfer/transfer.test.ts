import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import {
  type CopyRequest,
  createRegistry,
  createTransfer,
  type Digest,
  digestOf,
  MediaType,
  parsePlatform,
  type RegistryClient,
} from "../../../src/oci/index.ts";
import { errorAnswer, type ScriptedRegistry, startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { pushImage, pushIndex, pushMultiArch } from "../pushed-images.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 3, baseMs: 1, capMs: 5, patienceMs: 2000 } };

let a: ScriptedRegistry;
let b: ScriptedRegistry;
let source: RegistryClient;
let target: RegistryClient;

test.before.each(async () => {
  [a, b] = await Promise.all([startScriptedRegistry(), startScriptedRegistry()]);
  source = createRegistry({ host: a.host, ...quick });
  target = createRegistry({ host: b.host, ...quick });
});
test.after.each(async () => {
  await Promise.all([a.stop(), b.stop()]);
});

const copyOf = (digest: Digest, more: Partial<CopyRequest> = {}, from = "src/app", to = "dst/app"): CopyRequest => ({
  from: { source, repository: from, digest },
  to: { registry: target, repository: to, tag: "v1" },
  platforms: "all",
  tags: "mutable",
  stopping: never,
  killed: never,
  ...more,
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  throw new Error("it did not fail");
}

/** Requests at a registry by kind, and then emptied. */
function tally(registry: ScriptedRegistry): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path, query } of (registry.log as unknown[]).splice(0) as typeof registry.log) {
    const kind = /manifests|uploads|blobs/.exec(path.replace("blobs/uploads", "uploads"))?.[0] ?? path;
    const from = query.get("from");
    const manner = from === null ? "" : path.startsWith(`/v2/${from}/blobs/`) ? " asking" : " mount";
    const key = `${method} ${kind}${manner}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

test("an image is copied once, and what is there costs one request and nothing at the source", async () => {
  const image = await pushImage(source, "src/app", { layers: [randomBytes(2000), randomBytes(50_000)], tag: "v1" });
  tally(a);
  const progress: number[] = [];
  const request = copyOf(image.digest, { onProgress: ({ bytes }) => progress.push(bytes) });
  const first = await createTransfer().copy(request);
  assert.equal(first.digest, image.digest);
  assert.equal(first.changed, true);
  assert.ok(first.bytes > 52_000);
  assert.equal(progress.at(-1), first.bytes - image.size);
  assert.deepEqual(tally(a), { "GET manifests": 1, "GET blobs": 3 });
  assert.deepEqual(tally(b), {
    "HEAD manifests": 1,
    "POST uploads asking": 3,
    "PUT uploads": 3,
    "PUT manifests": 1,
  });

  const second = await createTransfer().copy(request);
  assert.deepEqual([second.changed, second.bytes, second.digest], [false, 0, image.digest]);
  assert.deepEqual([tally(a), tally(b)], [{}, { "HEAD manifests": 1 }]);
});

test("a blob that many images share crosses once, and is mounted for the others", async () => {
  const shared = randomBytes(200_000);
  const images = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => pushImage(source, `src/app${i}`, { layers: [shared, randomBytes(100)] })),
  );
  tally(a);
  const transfer = createTransfer();
  const results = await Promise.all(
    images.map(({ digest }, i) => transfer.copy(copyOf(digest, {}, `src/app${i}`, `dst/app${i}`))),
  );
  assert.equal(results.filter(({ bytes }) => bytes > 200_000).length, 1);
  assert.equal(
    results.reduce((sum, { mountedBytes }) => sum + mountedBytes, 0),
    7 * 200_000,
  );
  const counts = tally(b);
  assert.equal(counts["PUT uploads"], 1 + 8 * 2);
  assert.equal(counts["POST uploads mount"], 7);
  assert.equal(tally(a)["GET blobs"], 1 + 8 * 2);
});

test("two tags of one repository send, or mount, what they share once", async () => {
  const shared = randomBytes(10_000);
  const one = await pushImage(source, "src/app", { layers: [shared] });
  const two = await pushImage(source, "src/app", { layers: [shared] });
  const transfer = createTransfer();
  const copyBoth = (repository: string) =>
    Promise.all(
      [one, two].map(({ digest }, i) =>
        transfer.copy(copyOf(digest, { to: { registry: target, repository, tag: `v${i}` } })),
      ),
    );
  await copyBoth("dst/app");
  const sent = tally(b);
  assert.deepEqual([sent["PUT uploads"], sent["POST uploads mount"]], [3, undefined]);
  await copyBoth("dst/other");
  const mounted = tally(b);
  assert.deepEqual([mounted["PUT uploads"], mounted["POST uploads mount"]], [undefined, 3]);
});

for (const [refusal, answer] of [
  ["with an upload", undefined],
  ["with 401", errorAnswer(401, "UNAUTHORIZED", "no")],
  ["with 400", errorAnswer(400, "UNSUPPORTED", "no mounts here")],
] as const) {
  test(`where a mount is refused ${refusal}, the blob is sent`, async () => {
    b.script = ({ query, path }) => {
      if (!query.has("mount")) return undefined;
      return answer ?? { status: 202, headers: { location: `${path}session?state=a%2Fb%3D` } };
    };
    const shared = randomBytes(10_000);
    const transfer = createTransfer();
    for (const i of [1, 2]) {
      const { digest } = await pushImage(source, `src/app${i}`, { layers: [shared] });
      await transfer.copy(copyOf(digest, {}, `src/app${i}`, `dst/app${i}`));
    }
    assert.ok(b.blobs.has(`dst/app1 ${digestOf(shared)}`) && b.blobs.has(`dst/app2 ${digestOf(shared)}`));
  });
}

test("when whoever brings a shared blob fails, another image brings it", async () => {
  const shared = randomBytes(10_000);
  const one = await pushImage(source, "src/app1", { layers: [shared] });
  const two = await pushImage(source, "src/app2", { layers: [shared] });
  a.script = ({ path }) => (path.includes("src/app1/blobs") ? errorAnswer(403, "DENIED", "no") : undefined);
  const transfer = createTransfer();
  const [first, second] = await Promise.allSettled([
    transfer.copy(copyOf(one.digest, {}, "src/app1", "dst/app1")),
    transfer.copy(copyOf(two.digest, {}, "src/app2", "dst/app2")),
  ]);
  assert.deepEqual([first.status, second.status], ["rejected", "fulfilled"]);
  assert.ok(b.blobs.has(`dst/app2 ${digestOf(shared)}`));
  assert.equal(b.manifests.has("dst/app1 v1"), false);
});

test("an index arrives with all below it, children by digest and before it, the tag last", async () => {
  const index = await pushMultiArch(source, "src/app", "v1", randomBytes(5000));
  const result = await createTransfer().copy(copyOf(index.digest));
  assert.deepEqual(result.platforms, ["linux/amd64", "linux/arm64/v8"]);
  assert.equal(result.trimmed, false);
  const puts = b.log.filter(({ method, path }) => method === "PUT" && path.includes("manifests"));
  assert.equal(puts.length, 5);
  assert.deepEqual(
    puts.map(({ path }) => path.split("/").at(-1)).filter((one) => !one?.startsWith("sha256:")),
    ["v1"],
  );
  assert.equal(puts.at(-1)?.path, "/v2/dst/app/manifests/v1");
  assert.deepEqual(b.manifests.get("dst/app v1")?.bytes, index.bytes);
});

test("nested indexes arrive from the leaves to the root", async () => {
  const leaf = await pushImage(source, "src/app", { layers: [randomBytes(10)] });
  const inner = await pushIndex(source, "src/app", undefined, [leaf]);
  const outer = await pushIndex(source, "src/app", "v1", [inner, leaf]);
  await createTransfer().copy(copyOf(outer.digest));
  const order = b.log.filter(({ method, path }) => method === "PUT" && path.includes("manifests"));
  assert.deepEqual(
    order.map(({ path }) => path.split("/").at(-1)),
    [leaf.digest, inner.digest, "v1"],
  );
});

test("chosen platforms trim the index: a digest of its own, nothing of the others is moved, and a second run sees it", async () => {
  const shared = randomBytes(5000);
  const index = await pushMultiArch(source, "src/app", "v1", shared);
  tally(a);
  const request = copyOf(index.digest, { platforms: [parsePlatform("linux/arm64")] });
  const result = await createTransfer().copy(request);
  assert.notEqual(result.digest, index.digest);
  assert.deepEqual([result.sourceDigest, result.trimmed, result.platforms], [index.digest, true, ["linux/arm64/v8"]]);
  assert.equal(b.manifests.has(`dst/app ${index.children.amd64}`), false);
  assert.ok(b.manifests.has(`dst/app ${index.children.arm64}`));

  tally(a);
  tally(b);
  const again = await createTransfer().copy(request);
  assert.deepEqual([again.changed, again.digest], [false, result.digest]);
  assert.deepEqual([tally(a), tally(b)], [{ "GET manifests": 1 }, { "HEAD manifests": 1 }]);
});

test("an immutable tag that stands at something else is a conflict, and nothing is written", async () => {
  const image = await pushImage(source, "src/app", { layers: [randomBytes(10)] });
  b.manifests.set("dst/app v1", { mediaType: MediaType.ociManifest, bytes: Buffer.from("{}") });
  const request = copyOf(image.digest, { tags: "immutable" });
  const failure = await failureOf(createTransfer().copy(request));
  assert.deepEqual([failure.code, failure.class], ["registry/immutable-tag", "conflict"]);
  assert.deepEqual(tally(b), { "HEAD manifests": 1 });
  assert.equal((await failureOf(createTransfer().survey(request))).class, "conflict");
});

test("a registry that says a tag is immutable is believed, unless it stands where we want it", async () => {
  const image = await pushImage(source, "src/app", { layers: [randomBytes(10)] });
  let race = false;
  b.script = ({ method, path }) => {
    if (method !== "PUT" || !path.endsWith("manifests/v1")) return undefined;
    if (race) b.manifests.set("dst/app v1", { mediaType: image.mediaType, bytes: image.bytes });
    return errorAnswer(412, "PRECONDITION", "v1 is configured as immutable");
  };
  assert.equal((await failureOf(createTransfer().copy(copyOf(image.digest)))).class, "conflict");
  race = true;
  assert.equal((await createTransfer().copy(copyOf(image.digest))).digest, image.digest);
});

test("blobs that a registry has lost after confirming them are sent again, once", async () => {
  const image = await pushImage(source, "src/app", { layers: [randomBytes(1000)] });
  let lost = false;
  b.script = ({ method, path }) => {
    if (method !== "PUT" || !path.endsWith("manifests/v1") || lost) return undefined;
    lost = true;
    b.blobs.clear();
    return errorAnswer(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
  };
  const result = await createTransfer().copy(copyOf(image.digest));
  assert.equal(result.changed, true);
  assert.equal(b.blobs.size, 2);
});

test("a source that breaks in the middle is read again, and progress ends where it should", async () => {
  const layer = randomBytes(100_000);
  const image = await pushImage(source, "src/app", { layers: [layer] });
  let breaks = 2;
  a.script = ({ path }) =>
    path.endsWith(digestOf(layer)) && breaks-- > 0 ? { status: 200, body: layer, cutAfter: 70_000 } : undefined;
  const seen: { bytes: number; totalBytes: number }[] = [];
  await createTransfer(quick).copy(copyOf(image.digest, { onProgress: (progress) => seen.push(progress) }));
  assert.deepEqual(b.blobs.get(`dst/app ${digestOf(layer)}`), layer);
  assert.equal(seen.at(-1)?.bytes, seen.at(-1)?.totalBytes);
});

test("a source that sends other bytes is named, and nothing of it is published", async () => {
  const layer = randomBytes(1000);
  const image = await pushImage(source, "src/app", { layers: [layer] });
  a.script = ({ path }) => (path.endsWith(digestOf(layer)) ? { status: 200, body: randomBytes(1000) } : undefined);
  const failure = await failureOf(createTransfer(quick).copy(copyOf(image.digest)));
  assert.equal(failure.code, "registry/digest-mismatch");
  assert.match(failure.message, new RegExp(`^${a.host} sent other bytes`));
  assert.equal(b.manifests.size, 0);
  assert.equal(b.blobs.has(`dst/app ${digestOf(layer)}`), false);
});

test("foreign layers stay where they are", async () => {
  const foreign = {
    mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    digest: digestOf("windows"),
    size: 7,
    urls: ["https://mcr.example.com/layer"],
  };
  const image = await pushImage(source, "src/app", { layers: [randomBytes(10)], foreign });
  await createTransfer().copy(copyOf(image.digest));
  assert.deepEqual(b.manifests.get("dst/app v1")?.bytes, image.bytes);
  assert.equal(b.blobs.has(`dst/app ${foreign.digest}`), false);
});

test("within one registry everything is mounted from where it stands", async () => {
  const image = await pushImage(source, "src/app", { layers: [randomBytes(1000)] });
  tally(a);
  const request = { ...copyOf(image.digest), to: { registry: source, repository: "dst/app", tag: "v1" } };
  const result = await createTransfer().copy(request);
  assert.equal(result.bytes, image.size);
  assert.ok(result.mountedBytes > 1000);
  assert.deepEqual(tally(a), { "HEAD manifests": 1, "GET manifests": 1, "POST uploads mount": 2, "PUT manifests": 1 });
});

test("a survey writes nothing and counts what would be sent, shared blobs once", async () => {
  const shared = randomBytes(10_000);
  const one = await pushImage(source, "src/app1", { layers: [shared] });
  const two = await pushImage(source, "src/app2", { layers: [shared] });
  const transfer = createTransfer();
  const first = await transfer.survey(copyOf(one.digest, {}, "src/app1", "dst/app1"));
  const second = await transfer.survey(copyOf(two.digest, {}, "src/app2", "dst/app2"));
  assert.deepEqual([first.state, first.digest, first.present], ["create", one.digest, undefined]);
  assert.ok(first.bytes > 10_000 && second.bytes < 1000);
  assert.deepEqual(Object.keys(tally(b)), ["HEAD manifests", "HEAD blobs"]);
  assert.equal(b.blobs.size, 0);

  await transfer.copy(copyOf(one.digest, {}, "src/app1", "dst/app1"));
  assert.equal((await transfer.survey(copyOf(one.digest, {}, "src/app1", "dst/app1"))).state, "up-to-date");
  b.manifests.set("dst/app1 v1", { mediaType: MediaType.ociManifest, bytes: Buffer.from("{}") });
  const moved = await transfer.survey(copyOf(one.digest, {}, "src/app1", "dst/app1"));
  assert.deepEqual([moved.state, moved.present, moved.bytes], ["move", digestOf("{}"), 0]);
});

test("an interrupt drops blobs in flight and publishes nothing", async () => {
  const layer = randomBytes(100_000);
  const image = await pushImage(source, "src/app", { layers: [layer] });
  const stopping = new AbortController();
  a.script = ({ path }) => {
    if (!path.endsWith(digestOf(layer))) return undefined;
    setTimeout(() => stopping.abort(), 30);
    return { status: 200, body: layer, delayMs: 5000 };
  };
  const start = performance.now();
  const failure = await failureOf(createTransfer().copy(copyOf(image.digest, { stopping: stopping.signal })));
  assert.equal(failure.class, "cancelled");
  assert.ok(performance.now() - start < 2000);
  assert.equal(b.manifests.size, 0);
});

test("an interrupt lets manifests that are on their way arrive, a second one does not", async () => {
  const index = await pushMultiArch(source, "src/app", "v1", randomBytes(100));
  for (const [kind, arrives] of [
    ["stopping", true],
    ["killed", false],
  ] as const) {
    const interrupt = new AbortController();
    b.manifests.clear();
    b.script = ({ method, path }) => {
      if (method === "PUT" && path.includes("manifests/sha256")) interrupt.abort();
      return undefined;
    };
    const copy = createTransfer().copy(copyOf(index.digest, { [kind]: interrupt.signal }));
    const ended = await copy.then(
      () => "done",
      (error: Failed) => error.failure.class,
    );
    assert.equal(ended, arrives ? "done" : "cancelled");
    assert.equal(b.manifests.has("dst/app v1"), arrives);
  }
});

test.run();
