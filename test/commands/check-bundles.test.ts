import assert from "node:assert/strict";
import { test } from "uvu";
import { GOOD } from "../bundle/good-bundle.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";

const CSV = "manifests/toy.clusterserviceversion.yaml";

/** A config with the bundle that nothing is to be said of, after `change` of its ClusterServiceVersion. */
async function withBundle(change: (csv: string) => string, work: (place: Workspace) => Promise<void>): Promise<void> {
  const place = await workspace(`version: 1
registries:
  quay: { type: oci, host: registry.invalid }
images:
  toy: { from: example.com/toy, version: 1.2.1 }
targets:
  community: { registry: quay, images: [toy] }
bundles:
  toy:
    manifests: manifests
    metadata: metadata
    images: community
    validate: certified
    to: { target: community, as: toy-bundle }
`);
  try {
    for (const [path, text] of Object.entries(GOOD)) await place.write(path, path === CSV ? change(text) : text);
    await work(place);
  } finally {
    await place.remove();
  }
}

const check = ({ folder }: Workspace, ...args: string[]) => runMirror(["check", ...args], { cwd: folder });

test("a bundle that is right is part of a config that is right", async () => {
  await withBundle(
    (csv) => csv,
    async (place) => {
      const { code, stdout, stderr } = await check(place);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /is right: 1 image, 1 target, 1 bundle, /);
    },
  );
});

test("all that is wrong with a bundle is told with its line, before there is a run", async () => {
  const wrong = (csv: string) =>
    csv.replace("{ type: OwnNamespace", "{ type: SomeNamespace").replace("version: v1,", "");
  await withBundle(wrong, async (place) => {
    const { code, stdout, stderr } = await check(place);
    assert.equal(code, 2, stdout);
    assert.match(stderr, /toy\.clusterserviceversion\.yaml:\d+:\d+: error bundle\/install-modes: "SomeNamespace"/);
    assert.match(stderr, /toy\.clusterserviceversion\.yaml:\d+:\d+: error bundle\/owned-crds: /);
    assert.match(stdout, /mirror\.config\.yaml has \d errors in its bundles: /);
    assert.ok(!stdout.includes("is right"), stdout);

    const document = JSON.parse((await check(place, "--json")).stdout) as { errors: { code: string }[] };
    assert.ok(document.errors.some((error) => error.code === "bundle/install-modes"));
  });
});

test("a ClusterServiceVersion that is no YAML is told as other errors are", async () => {
  await withBundle(
    (csv) => `${csv}  : [`,
    async (place) => {
      const { code, stderr } = await check(place, "--config-only");
      assert.equal(code, 2);
      assert.match(stderr, /toy\.clusterserviceversion\.yaml:\d+:\d+: error bundle\//);
    },
  );
});

test("of a warning nobody fails", async () => {
  await withBundle(
    (csv) => csv.replace("name: toy.v1.2.1", "name: toy-1.2.1"),
    async (place) => {
      const { code, stdout, stderr } = await check(place);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /warning bundle\/csv-name/);
      assert.match(stdout, /1 warning\b/);
    },
  );
});

test.run();
