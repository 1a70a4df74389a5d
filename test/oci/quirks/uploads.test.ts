import assert from "node:assert/strict";
import { test } from "uvu";
import { isUpload, type QuirkyRegistry, type Seen } from "../../rig/quirks/index.ts";
import { BODY_LIMIT, CHUNK_MIN, CUT_AT } from "../../rig/quirks/profiles/uploads.ts";
import { index, large, profile, single, talk } from "./profile.ts";

/** Requests that carry bytes of the large blob, as `METHOD range status`. */
function bodies({ log }: QuirkyRegistry): string[] {
  const sent = log.filter((seen) => isUpload(seen) && isAboutLarge(seen, log) && lengthOf(seen) > 0);
  return sent.map(
    ({ method, headers, status }) =>
      `${method} ${headers["content-range"] ?? "all"} ${status === 0 ? "broken" : status}`,
  );
}

/** Bytes of the large blob that the registry was sent, those in vain included. */
function bytesSent({ log }: QuirkyRegistry): number {
  const sent = log.filter((seen) => isUpload(seen) && isAboutLarge(seen, log));
  return sent.reduce((sum, { received }) => sum + received, 0);
}

/** Chunks do not say what they are of; the PUT at the end of their upload does. */
function isAboutLarge(seen: Seen, log: readonly Seen[]): boolean {
  return log.some(({ path, query }) => path === seen.path && query.get("digest") === large.digest);
}

const lengthOf = ({ headers }: Seen): number => Number(headers["content-length"] ?? 0);
const last = large.size - 1;

profile("reset-upload-at-byte-N", { at: "target" }, async ({ source, target, arrives }) => {
  const result = await arrives();
  assert.deepEqual(bodies(target), ["PUT all broken", `PUT ${CUT_AT}-${last} 201`]);
  assert.equal(bytesSent(target), large.size);
  assert.ok(result.bytes > large.size);
  // Nothing says to the source that the target broke off: it is asked for the rest, or read on.
  assert.ok(source.log.filter(({ path }) => path.endsWith(large.digest)).length <= 2);
});

for (const name of [
  "upload-lost-with-its-connection",
  "ecr-range-stuck",
  "range-beyond-what-was-sent",
  "gar-no-patch",
] as const) {
  profile(name, { at: "target" }, async ({ target, arrives }) => {
    await arrives();
    const sent = bodies(target);
    assert.deepEqual([sent[0], sent.at(-1)], ["PUT all broken", "PUT all 201"]);
    assert.equal(bytesSent(target), CUT_AT + large.size);
  });
}

for (const [name, refusal] of [
  ["ghcr-last-patch-wins", `PUT ${CUT_AT}-${last} 400`],
  ["zot-range-short", `PUT ${CUT_AT - 1}-${last} 416`],
] as const) {
  profile(name, { at: "target" }, async ({ target, arrives }) => {
    await arrives();
    assert.deepEqual(bodies(target), ["PUT all broken", refusal, "PUT all 201"]);
  });
}

profile("cloudflare-100mb-413", { at: "target" }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  const sent = bodies(target);
  assert.equal(sent[0], "PUT all 413");
  assert.ok(sent.length > 2 && sent.slice(1).every((line) => /^PATCH \d+-\d+ 202$/.test(line)), sent.join("\n"));
  assert.ok(target.log.every(({ received }) => received <= BODY_LIMIT));
  assert.equal(bytesSent(target), large.size);
  assert.deepEqual(
    talk(target, ({ method }) => method === "DELETE"),
    ["DELETE 204"],
    "the refused upload is given up",
  );
});

profile("acr-put-limit", { at: "target" }, async ({ target, arrives }) => {
  await arrives(index);
  assert.ok(talk(target, isUpload).includes("PATCH 202"));
  const refused = (): number => talk(target, isUpload).filter((line) => line === "PUT 405").length;
  const before = refused();
  await arrives(single, "team/other");
  assert.equal(refused(), before, "it is remembered");
});

profile("chunk-min-length", { at: "target" }, async ({ target, arrives }) => {
  await arrives();
  const chunks = target.log.filter((seen) => seen.method === "PATCH" && isAboutLarge(seen, target.log));
  assert.ok(chunks.length > 1);
  assert.ok(chunks.slice(0, -1).every((seen) => lengthOf(seen) >= CHUNK_MIN));
});

profile("201-on-patch", { at: "target" }, async ({ target, arrives }) => {
  await arrives();
  assert.ok(
    bodies(target)
      .slice(1)
      .every((line) => /^PATCH \d+-\d+ 201$/.test(line)),
  );
});

profile("204-on-put", { at: "target" }, async ({ target, arrives }) => {
  await arrives(index);
  assert.ok(talk(target, isUpload).every((line) => line === "POST 202" || line === "PUT 204"));
});

profile("relative-location-with-query", { at: "target" }, async ({ target, arrives }) => {
  await arrives(index);
  assert.deepEqual([...new Set(talk(target, isUpload))], ["POST 202", "PUT 201"]);
  const puts = target.log.filter((seen) => isUpload(seen) && seen.method === "PUT");
  assert.ok(puts.every(({ query }) => query.get("state") === "a/b=" && query.get("digest")?.startsWith("sha256:")));
  assert.equal(puts.length, index.blobs.length);
});

const credentials = async () => ({ kind: "bearer", token: "ours" }) as const;
profile("upload-at-another-origin", { at: "target", client: { credentials } }, async ({ target, arrives }) => {
  await arrives();
  const puts = target.log.filter((seen) => isUpload(seen) && seen.method === "PUT");
  assert.ok(puts.every(({ headers }) => headers.host?.startsWith("localhost:") && headers.authorization === undefined));
});

test.run();
