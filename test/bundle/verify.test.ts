import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import { readBundle, validateImages, validateManifests } from "../../src/bundle/index.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { type Change, changed, GOOD, withFiles } from "./good-bundle.ts";

/** The validators of operator-framework/api, by its own program, beside ours. */
const compared = requires(test, missingCommand("operator-verify"));

const CSV = "manifests/toy.clusterserviceversion.yaml";
const CRD = "manifests/toys.crd.yaml";
const SERVICE = "manifests/service.yaml";

const changes: readonly (readonly [what: string, path: string, from: string, to: string])[] = [
  ["a name that Kubernetes does not take", CSV, "name: toy.v1.2.1", "name: Toy_v1.2.1"],
  ["replacing what cannot be", CSV, "replaces: toy.v1.2.0", "replaces: Toy_1"],
  ["no supported mode", CSV, "supported: true", "supported: false"],
  ["no display name", CSV, "  displayName: Toy\n", ""],
  ["half a Kubernetes version", CSV, "1.25.0", "'1.25'"],
  ["no Kubernetes version", CSV, "  minKubeVersion: 1.25.0\n", ""],
  ["an example of nothing", CSV, '"kind": "Toy"', '"kind": "Top"'],
  ["an annotation in another case", CSV, "olm.skipRange", "olm.skiprange"],
  ["an owned CRD that is not there", CSV, "owned:\n", "owned:\n      - { name: tops.a.b, kind: Top, version: v1 }\n"],
  ["a CRD of another kind", CRD, "names: { kind: Toy,", "names: { kind: Top,"],
  ["a CRD of another name", CRD, "name: toys.toys", "name: toy.toys"],
  ["a CRD that stores nothing", CRD, "storage: true", "storage: false"],
  ["a CRD of no scope", CRD, "scope: Namespaced", "scope: Some"],
  [
    "an account that OLM makes",
    SERVICE,
    "kind: Service\nmetadata:\n  name: metrics",
    "kind: ServiceAccount\nmetadata:\n  name: toy",
  ],
  ["a version that is none", CSV, "  version: 1.2.1", "  version: one"],
  ["no strategy", CSV, "    strategy: deployment\n", ""],
  [
    "a related image that is none",
    CSV,
    'name: manager, image: "example.com/toy',
    'name: manager, image: "example.com//Toy',
  ],
  ["no provider", CSV, "provider: { name: Toys }", "provider: {}"],
  ["a maintainer without address", CSV, "ann@example.com", "Ann"],
  ["a link to nowhere", CSV, "https://example.com/toys", "example.com toys"],
  ["an icon in another form", CSV, "image/svg+xml", "image/webp"],
  ["capabilities of no level", CSV, "Basic Install", "basic"],
  ["a category of no catalog", CSV, "Database, Security", "Database, Toys"],
  ["an API that clusters do not serve", SERVICE, "v1\nkind: Service", "policy/v1beta1\nkind: PodDisruptionBudget"],
];

for (const [what, path, from, to] of changes) {
  compared(`${what}: operator-verify says the same`, () => agree({ path, from, to }));
}

compared("nothing changed: operator-verify says the same", () => agree());

async function agree(...made: readonly Change[]): Promise<void> {
  await withFiles(made.length === 0 ? GOOD : changed(...made), async (folder) => {
    const { stderr } = spawnSync("operator-verify", ["manifests", "--operatorhub_validate", folder], {
      encoding: "utf8",
    });
    const theirs = stderr.split("\n").filter((line) => /level=(?:error|fatal)/.test(line));
    const bundle = await readBundle({ manifests: join(folder, "manifests"), metadata: join(folder, "metadata") });
    const judged = await Promise.all([
      validateManifests(bundle, "certified"),
      validateImages(bundle, bundle.files, "certified"),
    ]);
    const ours = judged.flatMap(({ errors }) => errors);
    assert.equal(ours.length > 0, theirs.length > 0, `${theirs.join("\n")}\n${JSON.stringify(ours)}`);
  });
}

test.run();
