import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import {
  type CatalogBundle,
  type CatalogEntry,
  catalogEntryOf,
  fileBasedCatalog,
  previousBundles,
  readBundle,
} from "../../../src/bundle/index.ts";
import { failureOf } from "../../../src/failure/index.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { GOOD, withFiles } from "../good-bundle.ts";
import { catalogBlobs } from "./blobs.ts";

const exec = promisify(execFile);
const digest = (version: string) => `sha256:${version.replaceAll(".", "").padEnd(64, "0")}`;

const entryOf = (files: Readonly<Record<string, string>> = GOOD): Promise<CatalogEntry> =>
  withFiles(files, async (folder) => {
    const bundle = await readBundle({ manifests: join(folder, "manifests"), metadata: join(folder, "metadata") });
    return catalogEntryOf(bundle, bundle.files);
  });

/** A version of the good bundle. */
async function version(number: string, changes: Partial<CatalogEntry> = {}): Promise<CatalogBundle> {
  const entry = await entryOf();
  const own = { name: `toy.v${number}`, version: number, skips: [], replaces: undefined, skipRange: undefined };
  const properties = entry.properties.map((one) =>
    one.type === "olm.package" ? { type: one.type, value: { packageName: "toy", version: number } } : one,
  );
  return { entry: { ...entry, ...own, properties, ...changes }, image: `example.com/toy-bundle@${digest(number)}` };
}

const chain = async (): Promise<readonly CatalogBundle[]> => [
  await version("1.0.0"),
  await version("1.2.0", { replaces: "toy.v1.0.0", skips: ["toy.v1.1.0"], skipRange: ">=1.0.0 <1.2.0" }),
  await version("1.1.0", { replaces: "toy.v1.0.0", channels: ["stable"] }),
];

const refused = (bundles: readonly CatalogBundle[], channel?: string) =>
  fileBasedCatalog(bundles, channel).then(
    () => undefined,
    (thrown: unknown) => failureOf(thrown).code,
  );

test("a bundle's entry says what a cluster has to know of it", async () => {
  const dependencies = `dependencies:
  - type: olm.package
    value: { packageName: other, version: ">=1.0.0" }
  - type: olm.gvk
    value: { group: a.example.com, kind: A, version: v1 }
`;
  const { properties, icon, relatedImages } = await entryOf({ ...GOOD, "metadata/dependencies.yaml": dependencies });
  assert.deepEqual(properties.slice(0, -1), [
    { type: "olm.package", value: { packageName: "toy", version: "1.2.1" } },
    { type: "olm.gvk", value: { group: "toys.example.com", kind: "Toy", version: "v1" } },
    { type: "olm.package.required", value: { packageName: "other", versionRange: ">=1.0.0" } },
    { type: "olm.gvk.required", value: { group: "a.example.com", kind: "A", version: "v1" } },
  ]);
  assert.equal(properties.at(-1)?.type, "olm.csv.metadata");
  const metadata = properties.at(-1)?.value as { displayName: string; crdDescriptions: { owned: unknown[] } };
  assert.equal(metadata.displayName, "Toy");
  assert.equal(metadata.crdDescriptions.owned.length, 1);
  assert.equal(icon?.mediatype, "image/svg+xml");
  assert.equal(relatedImages.length, 1);
});

test("a catalog has the package, its channels with the ways of upgrades, and the bundles by digest", async () => {
  const [file, ...others] = await fileBasedCatalog(await chain(), undefined);
  assert.deepEqual(others, []);
  assert.equal(file?.path, "configs/toy/catalog.json");
  const blobs = catalogBlobs(file?.text ?? "");
  assert.deepEqual(
    blobs.map(({ schema, name }) => `${schema} ${name}`),
    [
      "olm.package toy",
      "olm.channel fast",
      "olm.channel stable",
      "olm.bundle toy.v1.2.0",
      "olm.bundle toy.v1.1.0",
      "olm.bundle toy.v1.0.0",
    ],
  );
  assert.equal(blobs[0]?.defaultChannel, "stable");
  assert.deepEqual(blobs[2]?.entries, [
    { name: "toy.v1.2.0", replaces: "toy.v1.0.0", skips: ["toy.v1.1.0"], skipRange: ">=1.0.0 <1.2.0" },
    { name: "toy.v1.1.0", replaces: "toy.v1.0.0" },
    { name: "toy.v1.0.0" },
  ]);
  assert.equal(blobs[3]?.image, `example.com/toy-bundle@${digest("1.2.0")}`);
  assert.deepEqual(blobs[3]?.relatedImages?.at(-1), { name: "", image: blobs[3]?.image });
});

test("the same bundles give the same bytes in another order", async () => {
  const bundles = await chain();
  assert.deepEqual(await fileBasedCatalog(bundles, undefined), await fileBasedCatalog(bundles.toReversed(), undefined));
});

test("two bundles that nothing replaces are refused, as are one beside the chain and one twice", async () => {
  assert.equal(await refused([await version("1.0.0"), await version("1.1.0")]), "catalog/many-heads");
  const circle = [
    await version("1.0.0", { replaces: "toy.v1.1.0" }),
    await version("1.1.0", { replaces: "toy.v1.0.0" }),
  ];
  assert.equal(await refused(circle), "catalog/many-heads");
  const beside = [await version("2.0.0"), ...circle];
  assert.equal(await refused(beside), "catalog/stranded");
  assert.equal(await refused([await version("1.0.0"), await version("1.0.0")]), "catalog/duplicate");
});

test("the default channel is what is said, what the newest bundle says, or the only one there is", async () => {
  const of = async (changes: Partial<CatalogEntry>, channel?: string) => {
    const [file] = await fileBasedCatalog([await version("1.0.0", changes)], channel);
    return catalogBlobs(file?.text ?? "")[0]?.defaultChannel;
  };
  assert.equal(await of({}, "fast"), "fast");
  assert.equal(await of({}), "stable");
  assert.equal(await of({ channels: ["slow"], defaultChannel: undefined }), "slow");
  assert.equal(await refused([await version("1.0.0", { defaultChannel: undefined })]), "catalog/no-default-channel");
  assert.equal(await refused([await version("1.0.0")], "slow"), "catalog/no-default-channel");
});

test("previous bundles are found one folder a version, as package manifests or as bundles", async () => {
  const csv = GOOD["manifests/toy.clusterserviceversion.yaml"] ?? "";
  const files = {
    "kept/1.0.0/toy.clusterserviceversion.yaml": csv.replaceAll("1.2.1", "1.0.0"),
    "kept/1.2.1/manifests/toy.clusterserviceversion.yaml": csv,
    "kept/1.2.1/metadata/annotations.yaml": (GOOD["metadata/annotations.yaml"] ?? "").replace("stable,fast", "stable"),
    "kept/other/readme.md": "nothing",
    "metadata/annotations.yaml": GOOD["metadata/annotations.yaml"] ?? "",
  };
  await withFiles(files, async (folder) => {
    const found = await previousBundles({ folder: join(folder, "kept"), metadata: join(folder, "metadata") });
    assert.deepEqual(
      found.map(({ name, channels }) => [name, channels]),
      [
        ["toy.v1.0.0", ["stable", "fast"]],
        ["toy.v1.2.1", ["stable"]],
      ],
    );
    const nothing = await previousBundles({ folder: join(folder, "kept/other"), metadata: undefined }).catch(failureOf);
    assert.equal("code" in nothing && nothing.code, "catalog/no-bundles");
  });
});

requires(test, missingCommand("opm"))("opm finds the catalog valid", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-catalog-"));
  for (const { path, text } of await fileBasedCatalog(await chain(), undefined)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await exec("opm", ["validate", join(folder, "configs")]);
  await rm(folder, { recursive: true });
});

test.run();
