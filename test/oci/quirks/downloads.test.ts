import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "uvu";
import { isUpload, profileNamed, type QuirkyRegistry, type Seen } from "../../rig/quirks/index.ts";
import { BREAK_AT } from "../../rig/quirks/profiles/downloads.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { index, large, long, profile, withLong } from "./profile.ts";

const exec = promisify(execFile);

const isBroken = (digest: string): boolean => [large, long].some((blob) => digest.endsWith(blob.digest));

const ofLarge = ({ log }: QuirkyRegistry): readonly Seen[] =>
  log.filter(({ method, path }) => method === "GET" && isBroken(path));

/** What was asked for of the blob that breaks, as `range status`. */
const ranges = (registry: QuirkyRegistry): string[] =>
  ofLarge(registry).map(({ headers, status }) => `${headers.range ?? "all"} ${status}`);

/** How often bytes went to the target: what the source does must not be felt there. */
const uploads = ({ log }: QuirkyRegistry): number =>
  log.filter((seen) => isUpload(seen) && seen.method === "PUT" && isBroken(seen.query.get("digest") ?? "")).length;

profile("reset-download-at-byte-N", { at: "source" }, async ({ source, target, arrives }) => {
  await arrives(withLong);
  assert.deepEqual(ranges(source), ["all 200", `bytes=${BREAK_AT}- 206`]);
  assert.equal(ofLarge(source)[1]?.headers["if-range"], `"${long.digest}"`);
  assert.equal(uploads(target), 1);
});

profile("ranges-ignored", { at: "source" }, async ({ source, target, arrives }) => {
  await arrives(withLong);
  assert.deepEqual(ranges(source), ["all 200", `bytes=${BREAK_AT}- 200`]);
  assert.equal(uploads(target), 1);
});

profile("wrong-content-range", { at: "source" }, async ({ source, arrives }) => {
  await arrives(withLong);
  assert.equal(ranges(source).at(-1), "all 200");
});

profile("truncated-blob", { at: "source" }, async ({ source, target, arrives }) => {
  await arrives();
  assert.deepEqual(ranges(source), ["all 200", `bytes=${BREAK_AT}- 206`]);
  assert.equal(uploads(target), 1);
});

profile("lying-blob", { at: "source" }, async ({ source, target, fails }) => {
  const failure = await fails();
  assert.equal(failure.code, "registry/digest-mismatch");
  assert.match(failure.message, new RegExp(`^${source.host} `));
  assert.equal(target.store.blobs.has(`team/app ${large.digest}`), false);
  assert.equal(target.store.manifests.size, 0);
});

const credentials = async () => ({ kind: "bearer", token: "ours" }) as const;

profile("redirect-to-other-origin", { at: "source", client: { credentials } }, async ({ source, arrives }) => {
  await arrives(index);
  const signed = source.log.filter(({ query }) => query.has("signature"));
  assert.equal(signed.length, index.blobs.length);
  assert.ok(signed.every(({ headers }) => headers.authorization === undefined));
});

profile("presigned-url-expired", { at: "source" }, async ({ source, target, arrives }) => {
  await arrives(withLong);
  assert.deepEqual(ranges(source), ["all 307", "all 200", `bytes=${BREAK_AT}- 307`, `bytes=${BREAK_AT}- 206`]);
  assert.equal(uploads(target), 1);
});

const address = "203.0.113.10";
const inside = `ip link set lo up && ip addr add ${address}/32 dev lo && exec "$0" --import tsx "$1" ${address}`;
const separated = requires(test, missingCommand("unshare"), missingCommand("ip"), missingNamespaces());

separated(`redirect-to-private-address: ${profileNamed("redirect-to-private-address").client}`, async () => {
  const script = fileURLToPath(new URL("./from-public-address.ts", import.meta.url));
  const { stdout } = await exec("unshare", ["-rn", "sh", "-c", inside, process.execPath, script]);
  const { failure, statuses } = JSON.parse(stdout);
  assert.deepEqual([failure.code, failure.class, statuses], ["registry/unreachable", "permanent", [307]]);
  assert.match(failure.message, /169\.254\.169\.254.*private address/);
});

/** Why a test cannot have a network of its own, or undefined where it can. */
function missingNamespaces(): string | undefined {
  const { status } = spawnSync("unshare", ["-rn", "ip", "link", "set", "lo", "up"]);
  return status === 0 ? undefined : "networks of one's own are not allowed here";
}

test.run();
