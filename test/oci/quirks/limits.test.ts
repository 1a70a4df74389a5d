import assert from "node:assert/strict";
import { test } from "uvu";
import { isManifest, isUpload } from "../../rig/quirks/index.ts";
import { index, profile, single, talk } from "./profile.ts";

const isPut = ({ method }: { readonly method: string }): boolean => method === "PUT";

profile("hub-429", { at: "source" }, async ({ source, arrives }) => {
  const began = performance.now();
  await Promise.all([arrives(single, "team/one"), arrives(index, "team/two")]);
  assert.ok(performance.now() - began >= 1000);
  // The other image had already asked when the first was told to wait: from then on all hold still.
  assert.equal(talk(source, isManifest).filter((line) => line === "GET 429").length, 1);
});

profile("429-retry-after-date", { at: "source" }, async ({ source, arrives }) => {
  const began = performance.now();
  await arrives();
  assert.ok(performance.now() - began >= 900);
  assert.deepEqual(talk(source, isManifest), ["GET 429", "GET 200"]);
});

profile("quay-429-without-retry-after", { at: "target" }, async ({ target, arrives }) => {
  await arrives();
  const lines = talk(target, isManifest);
  assert.deepEqual(lines, ["HEAD 429", "HEAD 429", "HEAD 404", "PUT 429", "PUT 429", "PUT 201"]);
});

profile("429-on-uploads", { at: "target" }, async ({ target, arrives }) => {
  await arrives();
  assert.equal(talk(target, (seen) => isPut(seen) && isUpload(seen)).filter((line) => line === "PUT 429").length, 1);
  assert.deepEqual(
    talk(target, (seen) => isPut(seen) && isManifest(seen)),
    ["PUT 429", "PUT 201"],
  );
});

profile("hub-abuse-429", { at: "source" }, async ({ from, source, arrives }) => {
  source.store.hold("team/app", "v1", single);
  const head = await from.headManifest("team/app", "v1", new AbortController().signal);
  assert.equal(head?.digest, single.top.digest);
  await arrives();
  assert.deepEqual(talk(source, isManifest), ["HEAD 429", "HEAD 200", "GET 429", "GET 200"]);
});

profile("docker-hub-ratelimit-headers", { at: "source" }, async ({ source, from, arrives }) => {
  source.store.hold("team/app", "v1", single);
  assert.equal(from.pullLimit(), undefined);
  await from.headManifest("team/app", "v1", new AbortController().signal);
  assert.deepEqual(from.pullLimit(), { remaining: 100, limit: 100, windowSeconds: 21_600 });
  assert.deepEqual(
    talk(source, () => true),
    ["HEAD 200"],
    "it costs no pull to know",
  );
  await arrives();
  assert.equal(from.pullLimit()?.remaining, 99);
});

profile("503-then-ok-everywhere", { at: "target" }, async ({ target, arrives }) => {
  await arrives(index);
  assert.ok(talk(target, isUpload).includes("PUT 503"));
  assert.ok(target.log.filter(({ status }) => status === 503).length > 5);
});

profile("html-error-bodies", { at: "target" }, async ({ fails }) => {
  const failure = await fails();
  assert.deepEqual([failure.code, failure.class], ["registry/denied", "permanent"]);
  assert.deepEqual(failure.detail, ["403 Blocked by policy 17"]);
});

test.run();
