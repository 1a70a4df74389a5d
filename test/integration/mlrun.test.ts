import assert from "node:assert/strict";
import { test } from "uvu";
import { fileLayer, seededLayer } from "../rig/blob.ts";
import { runMirror, startMirror, type Workspace, waitFor, workspace } from "../rig/cli.ts";
import { debianRootFileSystem, type RootFileSystem } from "../rig/debian.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { type FlakyProxy, startFlakyProxy } from "../rig/flaky-proxy.ts";
import { type Image, indexImage, singleImage } from "../rig/images.ts";
import { mlrunImages, type ReleaseImage } from "../rig/mlrun-images.ts";
import { pushImage } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";

/**
 * The main job: the images of an MLRun CE release, by their real names, into a project of another registry. One
 * docker-registry stands for docker.io, quay.io, gcr.io, ghcr.io and registry.k8s.io, each below its own prefix;
 * gcr.io is reached through a proxy that drops the connections of one image until that image has failed once.
 */
const flaky = { key: "api-server", path: /\/gcr\.io\/ml-pipeline\/api-server\/blobs\// };
const hosts = [...new Set(mlrunImages.map(({ from }) => hostOf(from)))];

const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));
const root = await debianRootFileSystem();
const withDebian = requires(integration, typeof root === "string" ? root : undefined);

withDebian("a release of 43 images, three with a Debian root file system, lands in the project", async () => {
  assert.ok(typeof root !== "string" && root.tarBytes > 100e6, "the root file system has over 100 MB");
  await mirrorRelease(root);
});

if (typeof root === "string") {
  integration("a release of 43 images, all of them small, lands in the project", () => mirrorRelease(undefined));
}

test("two images that would get the same name are told apart before anything is sent", async () => {
  const pair = mlrunImages.filter(({ from, tag }) => from.endsWith("/mysql") && tag === "5.7");
  assert.equal(pair.length, 2);
  const place = await workspace(
    configText(
      pair.map(({ key, from, tag }) => ({ key, from, tag })),
      "127.0.0.1:9",
      "127.0.0.1:9",
      "127.0.0.1:9",
    ),
  );
  try {
    const { code, stdout, stderr } = await runMirror(["run", "--target", "harbor"], { cwd: place.folder });
    assert.equal(code, 2, stdout + stderr);
    assert.match(stderr, /copy:harbor\/pipelines-db\b/);
    assert.match(stderr, /copy:harbor\/pipelines-db-gcr\b/);
  } finally {
    await place.remove();
  }
});

async function mirrorRelease(debian: RootFileSystem | undefined): Promise<void> {
  const opened: { source?: DockerRegistry; harbor?: DockerRegistry; proxy?: FlakyProxy; place?: Workspace } = {};
  try {
    const source = await startDockerRegistry();
    const harbor = await startDockerRegistry();
    assert.ok(source && harbor);
    Object.assign(opened, { source, harbor });
    const images = await contents(debian);
    for (const { key, from, tag } of mlrunImages) await pushImage(source.host, from, tag, imageOf(images, key));

    const proxy = await startFlakyProxy(source.host, { method: "GET", path: flaky.path });
    opened.proxy = proxy;
    const place = await workspace(configText(mlrunImages, source.host, proxy.host, harbor.host));
    opened.place = place;
    const running = startMirror(["run", "--target", "harbor"], { cwd: place.folder });
    const failedOnce = new RegExp(`copy:harbor/${flaky.key} +attempt 1 failed, again in`);
    await Promise.race([waitFor(`${failedOnce}`, () => failedOnce.test(running.output()), 120_000), running.ended]);
    proxy.heal();
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stdout + stderr);
    assert.ok(proxy.dropped.length > 0);
    assert.match(stdout, failedOnce, "the image that failed once is named");

    for (const { key, from, as, tag } of mlrunImages) {
      const name = as ?? from.slice(from.lastIndexOf("/") + 1);
      assert.equal(await rawDigest(`${harbor.host}/mlrun/${name}:${tag}`), imageOf(images, key).top.digest, name);
    }
  } finally {
    await opened.place?.remove();
    await opened.proxy?.stop();
    await opened.harbor?.stop();
    await opened.source?.stop();
  }
}

/** Content by key: three with Debian below, one of them as a tar without compression; every sixth of two platforms. */
async function contents(debian: RootFileSystem | undefined): Promise<ReadonlyMap<string, Image>> {
  const zipped = debian === undefined ? seededLayer("debian", 300_000) : await fileLayer(debian.gzip, "gzip");
  const plain = debian === undefined ? seededLayer("debian tar", 400_000) : await fileLayer(debian.tar, "none");
  const bases = new Map([
    ["mlrun-api", zipped],
    ["jupyter", zipped],
    ["mlrun", plain],
  ]);
  const common = seededLayer("common", 50_000);
  const entries = mlrunImages.map(({ key }, i): [string, Image] => {
    const own = (architecture: string) => seededLayer(`${key} ${architecture}`, 20_000 + i * 1000);
    const base = bases.get(key);
    if (base !== undefined) return [key, singleImage([base, own("amd64")], "oci")];
    const single = (architecture: string) =>
      singleImage([common, own(architecture)], i % 2 === 0 ? "docker" : "oci", architecture);
    if (i % 6 !== 0) return [key, single("amd64")];
    const platforms = new Map(["amd64", "arm64"].map((architecture) => [architecture, single(architecture)]));
    return [key, indexImage(platforms, { form: "oci", attestations: "with" })];
  });
  return new Map(entries);
}

function configText(images: readonly ReleaseImage[], source: string, gcr: string, harbor: string): string {
  const upstreams = hosts.map(
    (host) => `  ${host}: { host: "${host === "gcr.io" ? gcr : source}", scheme: http, prefix: ${host} }`,
  );
  return `version: 1
upstreams:
${upstreams.join("\n")}
registries:
  harbor: { type: harbor, host: "${harbor}", scheme: http, project: mlrun }
images:
${images.map(({ key, from, tag }) => `  ${key}: { from: ${from}, version: "${tag}" }`).join("\n")}
targets:
  harbor:
    registry: harbor
    images:
${images.map(({ key, as }) => `      ${key}: ${as ?? "{}"}`).join("\n")}
`;
}

function imageOf(images: ReadonlyMap<string, Image>, key: string): Image {
  const image = images.get(key);
  assert.ok(image, key);
  return image;
}

function hostOf(from: string): string {
  return from.slice(0, from.indexOf("/"));
}

test.run();
