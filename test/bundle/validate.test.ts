import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "uvu";
import {
  type BundleDeclarations,
  type BundleFindings,
  NOTHING_DECLARED,
  readBundle,
  validateImages,
  validateManifests,
} from "../../src/bundle/index.ts";
import type { BundleStandard } from "../../src/config/index.ts";
import { type Change, changed, GOOD, withFiles } from "./good-bundle.ts";

const CSV = "manifests/toy.clusterserviceversion.yaml";
const CRD = "manifests/toys.crd.yaml";
const ANNOTATIONS = "metadata/annotations.yaml";

function judged(
  files: Readonly<Record<string, string>>,
  standard: BundleStandard = "certified",
  declared: BundleDeclarations = NOTHING_DECLARED,
): Promise<BundleFindings> {
  return withFiles(files, async (folder) => {
    const [manifests, metadata] = [join(folder, "manifests"), join(folder, "metadata")];
    const bundle = await readBundle({ manifests, metadata, declared });
    const [first, second] = await Promise.all([
      validateManifests(bundle, standard),
      validateImages(bundle, bundle.files, standard),
    ]);
    return { errors: [...first.errors, ...second.errors], warnings: [...first.warnings, ...second.warnings] };
  });
}

/** `code file:line` of each. */
const told = (failures: BundleFindings["errors"]) =>
  failures.map(({ code, place }) => `${code} ${place?.file.split("/").at(-1)}:${place?.line}`);

/** The line of a file, as changed, on which a text stands. */
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

test("nothing is said of a bundle in which all is right", async () => {
  assert.deepEqual(await judged(GOOD), { errors: [], warnings: [] });
});

/** A change of the good bundle; what is said then, of the line on which `at` stands. */
const cases: readonly (readonly [what: string, say: string, at: string, change: Change])[] = [
  [
    "a name that Kubernetes does not take",
    "error csv-name",
    "name: Toy_v",
    change(CSV, "name: toy.v1.2.1", "name: Toy_v1.2.1"),
  ],
  [
    "a name of another version",
    "warning csv-name",
    "name: toy.v1",
    change(CSV, "name: toy.v1.2.1", "name: toy.v1.2.2"),
  ],
  [
    "a name of another package",
    "warning csv-name",
    "name: top.v1",
    change(CSV, "name: toy.v1.2.1", "name: top.v1.2.1"),
  ],
  ["replacing itself", "error upgrades", "replaces:", change(CSV, "replaces: toy.v1.2.0", "replaces: toy.v1.2.1")],
  [
    "replacing a later version",
    "warning upgrades",
    "replaces:",
    change(CSV, "replaces: toy.v1.2.0", "replaces: toy.v1.3.0"),
  ],
  ["skipping itself", "error upgrades", "skips:", change(CSV, "skips: [toy.v1.1.9]", "skips: [toy.v1.2.1]")],
  ["a range that is none", "error upgrades", "olm.skipRange", change(CSV, ">=1.0.0 <1.2.1", "from 1.0")],
  ["no display name", "error required-fields", "version: 1.2.1", change(CSV, "  displayName: Toy\n", "")],
  [
    "another strategy",
    "error required-fields",
    "strategy: by hand",
    change(CSV, "strategy: deployment", "strategy: by hand"),
  ],
  [
    "an old API",
    "error required-fields",
    "apiVersion",
    change(CSV, "operators.coreos.com/v1alpha1", "app.coreos.com/v1"),
  ],
  ["no supported mode", "error install-modes", "- { type: Own", change(CSV, "supported: true", "supported: false")],
  [
    "a mode twice",
    "error install-modes",
    "- { type: OwnNamespace, supported: false",
    change(CSV, "AllNamespaces", "OwnNamespace"),
  ],
  ["a mode that is none", "error install-modes", "- { type: Some", change(CSV, "AllNamespaces", "SomeNamespaces")],
  [
    "a container without image",
    "error deployments",
    "- name: manager",
    change(CSV, `image: example.com/toy@sha256:${"a".repeat(64)}\n`, "tty: true\n"),
  ],
  [
    "a selector without pods",
    "error deployments",
    "selector:",
    change(CSV, "matchLabels: { app: toy }", "matchLabels: { app: top }"),
  ],
  [
    "an account that OLM makes",
    "error service-accounts",
    "name: toy",
    change(
      "manifests/service.yaml",
      "kind: Service\nmetadata:\n  name: metrics",
      "kind: ServiceAccount\nmetadata:\n  name: toy",
    ),
  ],
  [
    "permissions for nobody",
    "warning service-accounts",
    "- serviceAccountName: top",
    change(CSV, "- serviceAccountName: toy", "- serviceAccountName: top"),
  ],
  ["no Kubernetes version", "warning min-kube-version", "displayName", change(CSV, "  minKubeVersion: 1.25.0\n", "")],
  ["half a Kubernetes version", "error min-kube-version", "minKubeVersion", change(CSV, "1.25.0", "'1.25'")],
  [
    "an example twice wrong",
    "error examples, warning examples",
    "alm-examples",
    change(CSV, '"kind": "Toy"', '"kind": "Top"'),
  ],
  [
    "an annotation in another case",
    "error annotation-names",
    "olm.skiprange",
    change(CSV, "olm.skipRange", "olm.skiprange"),
  ],
  [
    "an owned CRD that is not there",
    "error owned-crds, warning examples",
    "- { name: tops",
    change(CSV, "owned:\n", "owned:\n      - { name: tops.toys.example.com, kind: Top, version: v1 }\n"),
  ],
  [
    "a CRD that is not owned",
    "error owned-crds, error owned-crds",
    "",
    change(CRD, "names: { kind: Toy,", "names: { kind: Top,"),
  ],
  ["a CRD of another name", "error crds", "name: toy.toys", change(CRD, "name: toys.toys", "name: toy.toys")],
  ["a CRD that stores nothing", "error crds", "- name: v1", change(CRD, "storage: true", "storage: false")],
  [
    "a kind that OLM does not install",
    "error supported-kinds",
    "kind:",
    change("manifests/service.yaml", "kind: Service", "kind: Deployment"),
  ],
  [
    "an object without a name",
    "error objects",
    "apiVersion",
    change("manifests/service.yaml", "  name: metrics", "  labels: {}"),
  ],
  [
    "a namespace",
    "error objects",
    "namespace",
    change("manifests/service.yaml", "name: metrics", "name: metrics\n  namespace: toys"),
  ],
  [
    "a second document",
    "warning objects",
    "apiVersion: v1 # 2",
    change(
      "manifests/service.yaml",
      "metrics\n",
      "metrics\n---\napiVersion: v1 # 2\nkind: Secret\nmetadata: { name: two }\n",
    ),
  ],
  [
    "an API that clusters do not serve",
    "error removed-apis",
    "apiVersion",
    change("manifests/service.yaml", "v1\nkind: Service", "policy/v1beta1\nkind: PodDisruptionBudget"),
  ],
  ["another form", "error metadata", "mediatype", change(ANNOTATIONS, "registry+v1", "helm")],
  ["no channel", "error metadata, warning metadata", "channels.v1", change(ANNOTATIONS, "stable,fast", "''")],
  [
    "a default channel of its own",
    "warning metadata",
    "channel.default",
    change(ANNOTATIONS, "default.v1: stable", "default.v1: slow"),
  ],
  ["no provider", "error catalog-entry", "provider", change(CSV, "provider: { name: Toys }", "provider: {}")],
  ["a maintainer without address", "error catalog-entry", "maintainers", change(CSV, "ann@example.com", "Ann")],
  ["a link to nowhere", "error catalog-entry", "links", change(CSV, "https://example.com/toys", "example.com toys")],
  ["an icon in another form", "error catalog-entry", "icon", change(CSV, "image/svg+xml", "image/webp")],
  ["capabilities of no level", "error capabilities", "capabilities", change(CSV, "Basic Install", "basic")],
  ["a category of no catalog", "error capabilities", "categories", change(CSV, "Database, Security", "Database, Toys")],
  [
    "an open range of OpenShift",
    "error openshift-versions",
    "com.redhat",
    change(ANNOTATIONS, "v4.12-v4.16", "v4.12-"),
  ],
  ["a list of OpenShift", "error openshift-versions", "com.redhat", change(ANNOTATIONS, "v4.12-v4.16", "v4.12,v4.13")],
  [
    "a range the wrong way",
    "error openshift-versions",
    "com.redhat",
    change(ANNOTATIONS, "v4.12-v4.16", "v4.16-v4.12"),
  ],
  [
    "a feature without quotes",
    "error required-annotations",
    "tls-profiles",
    change(CSV, 'tls-profiles: "true"', "tls-profiles: true"),
  ],
  [
    "constraints for all",
    "warning security-context",
    "rules",
    change(
      CSV,
      'apiGroups: [""], resources: [pods]',
      "apiGroups: [security.openshift.io], resources: [securitycontextconstraints]",
    ),
  ],
  [
    "a related image by tag",
    "warning related-images, warning related-images, warning restricted-network",
    "",
    change(
      CSV,
      `- { name: manager, image: "example.com/toy@sha256:${"a".repeat(64)}"`,
      '- { name: manager, image: "example.com/toy:1"',
    ),
  ],
];

function change(path: string, from: string, to: string): Change {
  return { path, from, to };
}

for (const [what, say, at, one] of cases) {
  test(`${what}: ${say}`, async () => {
    const files = changed(one);
    const { errors, warnings } = await judged(files);
    const short = (level: string) => (line: string) => `${level} ${line.replace(/^bundle\/| .*$/g, "")}`;
    const said = [...told(errors).map(short("error")), ...told(warnings).map(short("warning"))];
    assert.deepEqual(said, say.split(", "));
    if (at === "") return;
    const [first] = [...errors, ...warnings];
    assert.equal(first?.place?.file.endsWith(one.path), true);
    assert.equal(first?.place?.line, lineOf(files[one.path] ?? "", at));
  });
}

test("dependencies that OLM does not know are errors, each with its line", async () => {
  const file = `dependencies:
  - type: olm.package
    value: { packageName: other, version: soon }
  - type: olm.gvk
    value: { group: a, kind: B }
  - type: olm.wish
    value: {}
`;
  const { errors } = await judged({ ...GOOD, "metadata/dependencies.yaml": file });
  assert.deepEqual(told(errors), [
    "bundle/dependencies dependencies.yaml:2",
    "bundle/dependencies dependencies.yaml:4",
    "bundle/dependencies dependencies.yaml:6",
  ]);
});

test("a place is told in the file on disk, also where the config adds lines above it", async () => {
  const files = changed(change(CSV, "supported: true", "supported: false"));
  const declared = { ...NOTHING_DECLARED, csvAnnotations: { "a.example.com/one": "1", "a.example.com/two": "2" } };
  const { errors } = await judged(files, "certified", declared);
  assert.deepEqual(told(errors), [
    `bundle/install-modes toy.clusterserviceversion.yaml:${lineOf(files[CSV] ?? "", "- { type: Own")}`,
  ]);
});

test("what only Red Hat refuses is a warning by operator-sdk's standard, or nothing where only Red Hat asks", async () => {
  const files = changed(
    change(CSV, "provider: { name: Toys }", "provider: {}"),
    change(CSV, 'features.operators.openshift.io/disconnected: "true"', "a: b"),
  );
  const certified = await judged(files);
  assert.deepEqual(
    certified.errors.map(({ code }) => code),
    ["bundle/catalog-entry", "bundle/required-annotations"],
  );
  const { errors, warnings } = await judged(files, "operator-sdk");
  assert.deepEqual(errors, []);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["bundle/catalog-entry"],
  );
});

test("nothing is refused where the standard is to warn", async () => {
  const files = changed(change(CSV, "supported: true", "supported: false"));
  const { errors, warnings } = await judged(files, "warn");
  assert.deepEqual([errors.length, warnings.length], [0, 1]);
});

test.run();
