import assert from "node:assert/strict";
import { test } from "uvu";
import { scopeTexts, withDemanded } from "../../../src/oci/auth/scope.ts";

test("a mount asks for its destination first", () => {
  assert.deepEqual(scopeTexts({ repository: "a/new", actions: "pull,push", from: "a/old" }), [
    "repository:a/new:pull,push",
    "repository:a/old:pull",
  ]);
});

test("actions that a registry demands are added to ours", () => {
  assert.deepEqual(withDemanded(["repository:a:pull"], "repository:a:metadata_read"), [
    "repository:a:pull,metadata_read",
  ]);
});

test("what a registry demands and we did not think of comes first", () => {
  assert.deepEqual(withDemanded(["repository:hub/a:pull"], "repository:library/a:pull registry:catalog:*"), [
    "repository:library/a:pull",
    "registry:catalog:*",
    "repository:hub/a:pull",
  ]);
});

test("a demand without a scope changes nothing", () => {
  assert.deepEqual(withDemanded(["repository:a:pull"], undefined), ["repository:a:pull"]);
  assert.deepEqual(withDemanded(["repository:a:pull"], ""), ["repository:a:pull"]);
});

test.run();
