import assert from "node:assert/strict";
import { test } from "uvu";
import {
  type Descriptor,
  digestOf,
  type Manifest,
  MediaType,
  parseManifest,
  parsePlatform,
} from "../../../src/oci/index.ts";
import { type Look, selectPlatforms } from "../../../src/oci/transfer/select.ts";

const entry = (name: string, platform?: string, more: object = {}): Descriptor => ({
  mediaType: MediaType.ociManifest,
  digest: digestOf(name),
  size: name.length,
  ...(platform === undefined ? {} : { platform: parsePlatform(platform) as NonNullable<Descriptor["platform"]> }),
  ...more,
});
const attestation = (name: string, subject: string): Descriptor =>
  entry(name, "unknown/unknown", { annotations: { "vnd.docker.reference.digest": digestOf(subject) } });

function index(manifests: readonly Descriptor[], more: object = {}): Manifest {
  const body = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests, ...more };
  return parseManifest(Buffer.from(JSON.stringify(body, null, 2)), MediaType.ociIndex, "test");
}

const look = (known: readonly Manifest[] = [], platform?: string): Look => ({
  name: "registry/app@sha256:x",
  manifest: async (digest) => {
    const found = known.find((one) => one.digest === digest);
    if (found === undefined) throw new Error(`nothing should ask for ${digest}`);
    return found;
  },
  platform: async () => (platform === undefined ? undefined : parsePlatform(platform)),
});

const namesOf = (manifest: Manifest): string[] =>
  manifest.kind === "index" ? manifest.manifests.map(({ digest }) => digest) : [];
const digests = (...names: string[]): string[] => names.map(digestOf);
const wanted = (...platforms: string[]) => platforms.map(parsePlatform);

test("attestations follow their image and are no platform themselves", async () => {
  const root = index([
    entry("amd", "linux/amd64"),
    entry("arm", "linux/arm64"),
    attestation("amd-att", "amd"),
    attestation("arm-att", "arm"),
  ]);
  const { root: left, trimmed } = await selectPlatforms(root, wanted("linux/amd64"), look());
  assert.deepEqual(namesOf(left), digests("amd", "amd-att"));
  assert.equal(trimmed, true);
});

test("where all is kept the bytes are kept", async () => {
  const root = index([entry("amd", "linux/amd64"), attestation("att", "amd")]);
  const selection = await selectPlatforms(root, wanted("linux/amd64", "linux/s390x"), look());
  assert.equal(selection.root, root);
  assert.equal(selection.trimmed, false);
});

test("a trimmed index is the same bytes each time, and keeps what else it said", async () => {
  const root = index([entry("a", "linux/amd64", { "x-own": [1] }), entry("b", "linux/arm64")], {
    annotations: { k: "v" },
  });
  const [one, two] = await Promise.all([
    selectPlatforms(root, wanted("linux/amd64"), look()),
    selectPlatforms(root, wanted("linux/amd64"), look()),
  ]);
  assert.equal(one.root.digest, two.root.digest);
  assert.deepEqual(JSON.parse(Buffer.from(one.root.bytes).toString()), {
    schemaVersion: 2,
    mediaType: MediaType.ociIndex,
    manifests: [entry("a", "linux/amd64", { "x-own": [1] })],
    annotations: { k: "v" },
  });
  assert.equal(one.made.get(one.root.digest), one.root);
});

test("variants: arm64 is arm64/v8, arm is any unless it says which", async () => {
  const root = index([
    entry("arm64", "linux/arm64/v8"),
    entry("v6", "linux/arm/v6"),
    entry("v7", "linux/arm/v7"),
    entry("amd", "linux/amd64"),
  ]);
  const pick = async (...platforms: string[]) =>
    namesOf((await selectPlatforms(root, wanted(...platforms), look())).root);
  assert.deepEqual(await pick("linux/arm64"), digests("arm64"));
  assert.deepEqual(await pick("linux/arm/v7"), digests("v7"));
  assert.deepEqual(await pick("linux/arm"), digests("v6", "v7"));
});

test("a nested index is trimmed too, and referred to by its new digest", async () => {
  const nested = index([entry("amd", "linux/amd64"), entry("arm", "linux/arm64")]);
  const other = index([entry("s390x", "linux/s390x")]);
  const refer = ({ digest, bytes }: Manifest) => ({ mediaType: MediaType.ociIndex, digest, size: bytes.length });
  const root = index([refer(nested), refer(other)]);
  const selection = await selectPlatforms(root, wanted("linux/amd64"), look([nested, other]));
  const [inner] = namesOf(selection.root);
  const made = [...selection.made.values()].find(({ digest }) => digest === inner);
  assert.ok(made !== undefined);
  assert.deepEqual(namesOf(made), digests("amd"));
  assert.equal(selection.root.kind === "index" && selection.root.manifests[0]?.size, made.bytes.length);
});

test("nothing for the wanted platforms is a failure that says what there is", async () => {
  const root = index([entry("amd", "linux/amd64"), attestation("att", "amd"), entry("arm", "linux/arm64")]);
  await assert.rejects(selectPlatforms(root, wanted("windows/amd64"), look()), (error: { failure: unknown }) => {
    assert.deepEqual(error.failure, {
      code: "transfer/no-such-platform",
      class: "permanent",
      message: "registry/app@sha256:x is not for windows/amd64",
      hint: "Choose among the platforms it is for: linux/amd64, linux/arm64",
    });
    return true;
  });
});

test("a single image must be for a wanted platform, where it says for which it is", async () => {
  const config = { mediaType: MediaType.ociConfig, digest: digestOf("c"), size: 1 };
  const body = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers: [] };
  const image = parseManifest(Buffer.from(JSON.stringify(body)), undefined, "test");
  const select = (platform?: string) => selectPlatforms(image, wanted("linux/amd64"), look([], platform));
  assert.equal((await select("linux/amd64")).root, image);
  assert.equal((await select()).root, image);
  await assert.rejects(select("linux/arm64"), /is not for linux\/amd64/);
});

test.run();
