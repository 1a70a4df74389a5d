import assert from "node:assert/strict";
import { test } from "uvu";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf, movedBytes, outcomesOf } from "../rig/events.ts";
import { imageSet } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { cosignSignature, digestTag, referrersOf } from "../rig/referrers.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";

/**
 * Twenty images, four of them indexes, with signatures under cosign's tags for each manifest, and by subject an SBOM,
 * its signature and a bundle of cosign 3, go from one docker-registry to another: neither has the referrers API.
 */
const set = imageSet({ seed: "signed", count: 20, stacks: 3, layerBytes: 4000 });
const referrers = set.flatMap((image) => referrersOf(image, { api: "without" }));

let source: DockerRegistry | undefined;
let target: DockerRegistry | undefined;
let place: Workspace | undefined;

const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

test.after(async () => {
  await source?.stop();
  await target?.stop();
  await place?.remove();
});

integration("twenty images arrive with all that refers to them and to their children", async () => {
  source = await startDockerRegistry();
  target = await startDockerRegistry();
  assert.ok(source && target);
  await pushImages(source.host, [...set, ...referrers]);
  place = await workspace(configText(source.host, target.host, "copy"));

  const { code, stdout, stderr } = await runMirror(["run", "--target", "second", "--json"], { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(
    eventsOf(stdout).filter(({ type }) => type === "warning"),
    [],
  );
  for (const { repository, tag, image } of set) {
    assert.equal(await rawDigest(`${target.host}/mirrored/${repository}:${tag}`), image.top.digest);
  }
  assert.ok(referrers.length > 100);
  for (const { repository, tag, image } of referrers.filter(
    (one) => one.by === "subject" || one.tag.endsWith(".sig"),
  )) {
    const reference: string = `${target.host}/mirrored/${repository}${tag.startsWith("sha256:") ? "@" : ":"}${tag}`;
    assert.equal(await rawDigest(reference), image.top.digest, reference);
  }
});

integration("what a run says of an image names what came with it", async () => {
  assert.ok(place);
  const { stdout } = await runMirror(["run", "--target", "third"], { cwd: place.folder });
  assert.match(stdout, /copy:third\/app-1 +copied sha256:[0-9a-f]{12} with 7 signatures and 1 SBOM/);
  assert.match(stdout, /copy:third\/app-2 +copied sha256:[0-9a-f]{12} with 3 signatures and 1 SBOM/);
});

integration("at a registry without the API, what refers to a manifest is listed at its tag", async () => {
  assert.ok(target);
  for (const { repository, image } of set) {
    const subjects = referrersOf({ repository, tag: "", image }, { api: "with" }).filter(({ by }) => by === "subject");
    const listed = await listedAt(`${target.host}/v2/mirrored/${repository}/manifests/${digestTag(image.top)}`);
    const [document, bundle] = subjects.map((one) => one.tag);
    assert.deepEqual(listed.sort(), [document, bundle].sort());
  }
});

integration("a second run asks once per image at the target, nothing at the source, and sends nothing", async () => {
  assert.ok(source && target && place);
  const before = { source: (await source.accessLog()).length, target: (await target.accessLog()).length };
  const { code, stdout, stderr } = await runMirror(["run", "--target", "second", "--json"], { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  assert.equal(movedBytes(eventsOf(stdout)), 0);
  const log = (await target.accessLog()).slice(before.target);
  assert.deepEqual([...new Set(log.map(({ method }) => method))], ["HEAD"]);
  assert.equal(log.length, 20);
  assert.equal((await source.accessLog()).length - before.source, 0, "the lock has every digest");
});

integration("what is signed later is brought by --signatures, and by nothing else", async () => {
  assert.ok(source && target && place);
  const [, first] = set;
  assert.ok(first);
  const tag = digestTag(first.image.top, ".att");
  const attestation = cosignSignature(first.image.top, ["later"]);
  await pushImages(source.host, [{ ...first, tag, image: attestation }]);
  const there = `${target.host}/mirrored/${first.repository}:${tag}`;

  const plain = await runMirror(["run", "copy:second/app-2"], { cwd: place.folder });
  assert.match(plain.stdout, /up to date/);
  await assert.rejects(rawDigest(there));
  const looking = await runMirror(["run", "copy:second/app-2", "--signatures"], { cwd: place.folder });
  assert.match(looking.stdout, /copy:second\/app-2 +up to date sha256:[0-9a-f]{12}, now with 1 attestation/);
  assert.equal(await rawDigest(there), attestation.top.digest);
  const again = await runMirror(["run", "copy:second/app-2", "--signatures"], { cwd: place.folder });
  assert.match(again.stdout, /nothing left to do: 1 up to date/);
});

integration("where signatures are required, the image that has none fails and the others do not", async () => {
  assert.ok(source && target && place);
  const [, , unsigned] = imageSet({ seed: "unsigned", count: 3, stacks: 1, layerBytes: 500 });
  assert.ok(unsigned);
  await pushImages(source.host, [{ ...unsigned, repository: "team/unsigned" }]);
  await place.write("mirror.config.yaml", configText(source.host, target.host, "require", ["team/unsigned"]));
  const { code, stdout, stderr } = await runMirror(["run", "--target", "second", "--json"], { cwd: place.folder });
  assert.equal(code, 1, stdout + stderr);
  const outcomes = outcomesOf(stdout, "copy:second/");
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.failure.code] : []));
  assert.deepEqual(failed, ["transfer/unsigned"]);
  assert.equal(outcomes.filter(({ kind }) => kind === "done").length, 20);
  const head = await fetch(`http://${target.host}/v2/mirrored/team/unsigned/manifests/1.0`, { method: "HEAD" });
  assert.equal(head.status, 404);
});

function configText(sourceHost: string, targetHost: string, signatures: string, more: readonly string[] = []): string {
  const images = [...set.map(({ repository }) => repository), ...more].map((repository) => {
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return `  ${name}: { from: docker.io/${repository}, version: "1.0" }`;
  });
  return `version: 1
upstreams:
  docker.io: { host: "${sourceHost}", scheme: http }
registries:
  second: { type: oci, host: "${targetHost}", scheme: http, prefix: mirrored }
  third: { type: embedded, folder: third }
images:
${images.join("\n")}
targets:
  second: { registry: second, images: ["*"], as: "\${path}:\${tag}", signatures: ${signatures} }
  third: { registry: third, images: ["*"], as: "\${path}:\${tag}" }
`;
}

async function listedAt(url: string): Promise<string[]> {
  const headers = { accept: "application/vnd.oci.image.index.v1+json" };
  const { manifests } = (await (await fetch(`http://${url}`, { headers })).json()) as {
    manifests: { digest: string }[];
  };
  return manifests.map(({ digest }) => digest);
}

test.run();
