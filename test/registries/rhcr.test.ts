import assert from "node:assert/strict";
import { suite } from "uvu";
import { type Failure, failureOf } from "../../src/failure/index.ts";
import { parseDigest } from "../../src/oci/index.ts";
import { type PublicationState, waysOf } from "../../src/registries/index.ts";
import { withConfig } from "../config/temp-config.ts";
import { type Catalog, startCatalog } from "../rig/catalog.ts";

const rhcr = suite("rhcr");
const digest = parseDigest(`sha256:${"1".repeat(64)}`, "a test");
const index = parseDigest(`sha256:${"2".repeat(64)}`, "a test");
const other = `sha256:${"3".repeat(64)}`;
const publication = { path: "seldon-deploy", component: "65f0c2a1b3d4e5f60718293a" };
let catalog: Catalog;

rhcr.before(async () => {
  catalog = await startCatalog();
});
rhcr.after(() => catalog.stop());
rhcr.before.each(() => {
  catalog.repositories.clear();
  catalog.status = undefined;
});

rhcr("images are pushed to their component and pulled under the vendor's name", async () => {
  await withConfig(config(), {}, (read) => {
    const registry = read.registries.get("rhcr");
    assert.ok(registry);
    const ways = waysOf(registry);
    assert.equal(ways.pushedTo(publication), "redhat-isv-containers/65f0c2a1b3d4e5f60718293a");
    assert.deepEqual(ways.publicName(publication), {
      host: "registry.connect.redhat.com",
      repository: "seldonio/seldon-deploy",
    });
  });
});

rhcr("an image that the catalog does not know waits for its certification", async () => {
  assert.deepEqual(await stateOf(digest), {
    kind: "unpublished",
    stage: "pushed",
    whose: "theirs",
    link: "https://connect.redhat.com/component/view/65f0c2a1b3d4e5f60718293a/images",
    waitsFor: "the certification of registry.connect.redhat.com/seldonio/seldon-deploy",
  });
});

rhcr("an image that is certified and not published waits for its publication", async () => {
  know([{ digest, published: false }]);
  assert.deepEqual(await stateOf(digest), {
    kind: "unpublished",
    stage: "certified",
    whose: "theirs",
    link: "https://connect.redhat.com/component/view/65f0c2a1b3d4e5f60718293a/images",
    waitsFor: "the publication of registry.connect.redhat.com/seldonio/seldon-deploy",
  });
});

rhcr(
  "an image whose checks have ended badly waits for a better one, and one whose checks run for their end",
  async () => {
    for (const [grading, stage] of [
      ["failed", "failed"],
      ["completed", "failed"],
      ["in progress", "pushed"],
    ] as const) {
      know([{ digest, published: false, certified: false, grading }]);
      const state = await stateOf(digest);
      assert.equal(state.kind === "unpublished" ? state.stage : state.kind, stage, grading);
    }
  },
);

rhcr("an image that is published is", async () => {
  know([
    { digest: other, published: false },
    { digest, published: true },
  ]);
  assert.deepEqual(await stateOf(digest), { kind: "published" });
});

rhcr("an index is published when every one of its architectures is", async () => {
  know([
    { digest, published: true, indexDigest: index },
    { digest: other, published: false, indexDigest: index },
  ]);
  assert.equal((await stateOf(index)).kind, "unpublished");
  know([
    { digest, published: true, indexDigest: index },
    { digest: other, published: true, indexDigest: index },
  ]);
  assert.equal((await stateOf(index)).kind, "published");
});

rhcr("what was deleted does not count", async () => {
  know([{ digest, published: true, deleted: true }]);
  assert.equal((await stateOf(digest)).kind, "unpublished");
});

rhcr("an image behind the first page is found", async () => {
  know([...Array.from({ length: 250 }, () => ({ digest: other, published: false })), { digest, published: true }]);
  assert.equal((await stateOf(digest)).kind, "published");
});

rhcr("a catalog that is not well is a failure that may pass", async () => {
  catalog.status = 503;
  const failure = await failureFrom(stateOf(digest));
  assert.equal(failure.code, "catalog/unexpected-answer");
  assert.equal(failure.class, "transient");
});

async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (thrown) {
    return failureOf(thrown);
  }
  return assert.fail("it answered");
}

const know = (entries: Parameters<Catalog["repositories"]["set"]>[1]) =>
  catalog.repositories.set("seldonio/seldon-deploy", entries);

const config = () => `version: 1
registries: { rhcr: { type: rhcr, vendor: seldonio, catalog: "${catalog.base}" } }
`;

async function stateOf(wanted: typeof digest): Promise<PublicationState> {
  let state: PublicationState | undefined;
  await withConfig(config(), {}, async (read) => {
    const registry = read.registries.get("rhcr");
    assert.ok(registry);
    state = await waysOf(registry).stateOf?.(publication, wanted, new AbortController().signal);
  });
  assert.ok(state);
  return state;
}

rhcr.run();
