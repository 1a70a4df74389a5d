import assert from "node:assert/strict";
import { test } from "uvu";
import { NO_REFERRERS } from "../../../src/oci/index.ts";
import { isBlob, isManifest, isMount, isMountFromElsewhere, isUpload } from "../../rig/quirks/index.ts";
import { failureOf, index, never, profile, single, talk } from "./profile.ts";

profile("head-unsupported", { at: "target" }, async ({ target, arrives }) => {
  await arrives(index, "team/app");
  const again = await arrives(index, "team/app");
  assert.deepEqual([again.changed, again.bytes], [false, 0]);
  assert.ok(talk(target, isManifest).includes("GET 200"));
  assert.equal(talk(target, (seen) => isUpload(seen) && seen.method === "PUT").length, index.blobs.length);
});

profile("no-docker-content-digest", { at: "target" }, async ({ arrives }) => {
  await arrives(index);
  assert.equal((await arrives(index)).changed, false);
});

profile("lying-manifest-digest", { at: "source" }, async ({ source, target, fails }) => {
  const failure = await fails();
  assert.equal(failure.code, "registry/digest-mismatch");
  assert.match(failure.message, new RegExp(`^${source.host} sent another manifest`));
  assert.ok(target.log.every(({ method }) => method === "HEAD" || method === "GET"));
});

profile("blob-unknown-once-on-manifest-put", { at: "target" }, async ({ target, arrives }) => {
  await arrives();
  const puts = talk(target, (seen) => isUpload(seen) && seen.method === "PUT");
  assert.equal(puts.length, 2 * single.blobs.length);
  assert.deepEqual(
    talk(target, (seen) => isManifest(seen) && seen.method === "PUT"),
    ["PUT 404", "PUT 201"],
  );
});

profile("ecr-repository-must-exist", { at: "target" }, async ({ target, fails }) => {
  const failure = await fails();
  assert.deepEqual([failure.code, failure.class], ["registry/not-found", "permanent"]);
  assert.match(failure.hint ?? "", /Create the project or repository/);
  assert.ok(target.log.every(({ received }) => received === 0));
});

profile("ecr-immutable-tag", { at: "target" }, async ({ target, arrives, fails }) => {
  target.store.hold("team/app", "v1", single);
  await arrives(single);
  const failure = await fails(index);
  assert.deepEqual([failure.code, failure.class], ["registry/immutable-tag", "conflict"]);
  assert.equal(target.store.faultOf("team/app", "v1", single), undefined);
});

profile("ecr-tags-n-1000-405", { at: "source" }, async ({ source, from }) => {
  const tags = Array.from({ length: 1200 }, (_, i) => `v${String(i).padStart(4, "0")}`);
  for (const tag of tags) source.store.hold("team/app", tag, single);
  assert.deepEqual(await from.listTags("team/app", never), tags);
  assert.equal(source.log.length, 2);
});

profile("tags-null-and-paged-relative-link", { at: "source" }, async ({ source, from }) => {
  const tags = ["v1", "v2", "v3", "v4", "v5"];
  for (const tag of tags) source.store.hold("team/app", tag, single);
  assert.deepEqual(await from.listTags("team/app", never), tags);
  assert.equal(source.log.length, 3);
  assert.deepEqual(await from.listTags("team/empty", never), []);
});

profile("quay-mount-needs-from", { at: "target" }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  await arrives(single, "team/two");
  assert.deepEqual(
    talk(target, isMountFromElsewhere),
    single.blobs.map(() => "POST 201"),
  );
});

profile("hub-mount-400", { at: "target" }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  await arrives(single, "team/two");
  assert.ok(talk(target, isMount).every((line) => line === "POST 400"));
});

profile("gar-mount-opens-upload", { at: "target" }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  await arrives(single, "team/two");
  const posts = target.log.filter((seen) => isUpload(seen) && seen.method === "POST");
  assert.equal(posts.length, 2 * single.blobs.length, "one for each blob, mounts included");
});

const heard: string[] = [];
const onWarning = ({ message }: { readonly message: string }) => void heard.push(message);
profile("warning-headers", { at: "target", client: { onWarning } }, async ({ target, arrives }) => {
  await arrives(index);
  assert.deepEqual(heard, [
    `${target.host} says: This registry closes, use "new.example.com"`,
    `${target.host} says: Quota at 91 %`,
  ]);
});

profile("schema1-only", { at: "source" }, async ({ source, from, target }) => {
  source.store.hold("team/app", "v1", single);
  const failure = await failureOf(from.getManifest("team/app", "v1", never));
  assert.deepEqual([failure.code, failure.class], ["oci/schema1", "permanent"]);
  assert.match(failure.hint ?? "", /^Push it again/);
  assert.ok(!target.log.some(isBlob));
});

const withSignatures = { signatures: "copy" } as const;
profile(
  "gitlab-referrers-tag-normalised",
  { at: "source", request: withSignatures },
  async ({ source, target, arrives }) => {
    const { referrers } = await arrives();
    assert.ok(source.log.some(({ path }) => path.endsWith(`/manifests/${single.top.digest.replace(":", "-")}`)));
    assert.deepEqual(referrers, NO_REFERRERS);
    assert.deepEqual(target.store.tags("team/app"), ["v1"]);
  },
);

test.run();
