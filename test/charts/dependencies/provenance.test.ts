import assert from "node:assert/strict";
import { test } from "uvu";
import { keepProvenance } from "../../../src/charts/dependencies/provenance.ts";
import { openStore, type Store } from "../../../src/charts/dependencies/store.ts";
import { Failed } from "../../../src/failure/index.ts";
import type { Digest } from "../../../src/oci/index.ts";
import { inFolder } from "../../oci/temporary.ts";

const refusal = (code: string): Failed => new Failed({ code, class: "permanent", message: code });

/** Asks for the provenance of a chart twice, and gives how often the repository was asked. */
async function asked(store: Store, digest: Digest, bytes: Uint8Array, answer: () => Uint8Array): Promise<number> {
  let times = 0;
  const provenance = async (): Promise<Uint8Array> => {
    times += 1;
    return answer();
  };
  for (let i = 0; i < 2; i++) await keepProvenance(store, { kind: "archive", bytes, digest, from: "here", provenance });
  return times;
}

const chart = Buffer.from("a chart");

test("a provenance is asked for once, and kept beside its chart", () =>
  inFolder(async (folder) => {
    const store = openStore(folder);
    const digest = await store.keepArchive(chart);
    assert.equal(await store.provenance(digest), "unasked");
    assert.equal(await asked(store, digest, chart, () => Buffer.from("signed")), 1);
    assert.equal(await store.provenance(digest), "there");
  }));

for (const code of ["charts/not-found", "charts/unauthorized"]) {
  test(`where there is none (${code}), that is remembered`, () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const digest = await store.keepArchive(chart);
      const none = (): never => {
        throw refusal(code);
      };
      assert.equal(await asked(store, digest, chart, none), 1);
      assert.equal(await store.provenance(digest), "none");
    }));
}

test("a repository that cannot answer has not said that there is none", () =>
  inFolder(async (folder) => {
    const store = openStore(folder);
    const digest = await store.keepArchive(chart);
    const broken = (): never => {
      throw refusal("charts/bad-answer");
    };
    await assert.rejects(asked(store, digest, chart, broken), /bad-answer/);
    assert.equal(await store.provenance(digest), "unasked");
  }));

test.run();
