import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import { parse } from "yaml";
import { findReferences } from "../../src/bundle/index.ts";
import { type Config, readConfig } from "../../src/config/index.ts";
import { assembleImage, createRegistry, createTransfer } from "../../src/oci/index.ts";
import { catalogBlobs } from "../bundle/catalog/blobs.ts";
import { type CliResult, runMirror } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf, outcomesOf } from "../rig/events.ts";
import { HOUR, type PyxisRig, startPyxis } from "../rig/pyxis/index.ts";
import { findCommand, missingCommand, requires } from "../rig/skip.ts";
import { type OperatorTree, ownTree, realTree, textsIn } from "./operator/tree.ts";

/**
 * examples/seldon-deploy-operator in a tree of package manifests, against Debian's registry and the rig's certification service: a
 * small tree of our own, and the real one where SELDON_DEPLOY_OPERATOR names a repository of it.
 */
const operator = suite("operator");
const exec = promisify(execFile);
const real = process.env.SELDON_DEPLOY_OPERATOR;
const example = fileURLToPath(new URL("../../examples/seldon-deploy-operator/mirror.config.yaml", import.meta.url));
const idle = new AbortController().signal;

const missing = [missingCommand("docker-registry"), missingCommand("git")];
const trees = [
  { name: "a tree of our own", missing, make: ownTree },
  {
    name: "SeldonIO/seldon-deploy-operator",
    missing: [...missing, real === undefined ? "SELDON_DEPLOY_OPERATOR names no repository of it" : undefined],
    make: (folder: string) => realTree(real ?? "", folder),
  },
];

let scratch = "";
let upstream: DockerRegistry | undefined;
let pyxis: PyxisRig;

operator.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "mirror-operator-"));
  if (findCommand("docker-registry") !== undefined) upstream = await startDockerRegistry();
});
operator.after(async () => {
  await upstream?.stop();
  await rm(scratch, { recursive: true });
});

for (const { name, missing: reasons, make } of trees) {
  const here = requires(operator, ...reasons);
  let tree: OperatorTree;
  let hosted: DockerRegistry | undefined;

  const env = (release = "1.2.1"): Record<string, string> => ({
    ...Object.fromEntries(["DOCKER_IO", "QUAY_IO", "GCR_IO"].map((host) => [`${host}_MIRROR`, upstream?.host ?? ""])),
    QUAY_DOMAIN: hosted?.host ?? "",
    RHCR_DOMAIN: hosted?.host ?? "",
    RHCR_CATALOG: pyxis.base,
    RHCR_PORTAL: pyxis.portal,
    PYXIS_API_KEY: pyxis.key,
    RELEASE: release,
  });
  const mirror = (args: readonly string[], release?: string) =>
    runMirror(args, { cwd: tree.folder, env: env(release) });
  const made = (bundle: string) => textsIn(join(tree.folder, ".mirror/bundles", bundle, "manifests"));

  here(`${name}: a bundle waits for its images, and then all that build_push_cert did is done in order`, async () => {
    tree = await make(join(scratch, name.replace(/\W/g, "-")));
    hosted = await startDockerRegistry();
    assert.ok(hosted);
    pyxis = await startPyxis();
    await writeFile(join(tree.folder, "mirror.config.yaml"), await readFile(example, "utf8"));
    for (const { as, component } of (await config(tree, env())).targets.get("certified")?.entries ?? []) {
      pyxis.component(component ?? "", { scratch: true, publicRepository: `seldonio/${as}` });
    }
    for (const release of ["1.2.0", "1.2.1"])
      await pushUpstream(upstream?.host ?? "", await config(tree, env(release)));

    const first = await mirror(["run", "build_push_cert", "--json"]);
    assert.equal(first.code, 4, first.stdout + first.stderr);
    assert.equal(await tagsOf(hosted, "seldon/seldon-deploy-operator-bundle-cert"), "v0.7.0 v1.0.0 v1.2.0");

    const second = await untilPublished(() => mirror(["run", "build_push_cert", "--json"]));
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.equal(await tagsOf(hosted, "seldon/seldon-deploy-operator-bundle-cert"), "v0.7.0 v1.0.0 v1.2.0 v1.2.1");
    assert.equal(pyxis.calls.filter((call) => call === "POST /v1/images").length, 8);
    const order = eventsOf(second.stdout).flatMap((event) =>
      event.type === "node-settled" ? [event.id as string] : [],
    );
    const at = (id: string) => order.indexOf(id);
    assert.ok(at("copy:certified/operator") < at("published:certified"));
    assert.ok(at("published:certified") < at("bundle:current"));
    assert.ok(at("bundle:v1.2.0") < at("bundle:current"));
    assert.equal(order.at(-1), "build_push_cert");

    const third = await mirror(["run", "build_push_cert", "--json"]);
    const effects = outcomesOf(third.stdout, "").map((one) => (one.kind === "done" ? one.effect : one.kind));
    assert.ok(!effects.includes("changed"), effects.join());
  });

  here(`${name}: with pinning by digest no reference is left by tag, and every image is listed`, async () => {
    const texts = await made("current");
    const references = [...texts].flatMap(([file, text]) => findReferences(text, file));
    assert.ok(references.length > 10);
    assert.deepEqual(
      references.filter(({ reference }) => !/@sha256:[0-9a-f]{64}$/.test(reference)),
      [],
    );
    const csv = [...texts.values()].find((text) => /^kind: ClusterServiceVersion$/m.test(text)) ?? "";
    const listed = (parse(csv) as { spec: { relatedImages: { image: string; name: string }[] } }).spec.relatedImages;
    const used = references
      .filter(({ path }) => !path.startsWith("spec.relatedImages"))
      .map(({ reference }) => reference);
    assert.deepEqual(listed.map(({ image }) => image).toSorted(), [...new Set(used)].toSorted());
    assert.equal(new Set(listed.map((image) => image.name)).size, listed.length);
  });

  here(`${name}: a catalog has all versions by digest, with the way from each to the next`, async () => {
    const { code, stdout, stderr } = await mirror(["run", "catalog:trial"]);
    assert.equal(code, 0, stdout + stderr);
    const path = ".mirror/catalogs/trial/configs/seldon-deploy-operator/catalog.json";
    if (findCommand("opm") !== undefined) await exec("opm", ["validate", dirname(join(tree.folder, path))]);
    const blobs = catalogBlobs(await readFile(join(tree.folder, path), "utf8"));
    const channels = blobs.filter(({ schema }) => schema === "olm.channel");
    assert.deepEqual(
      channels.map((channel) => channel.name),
      ["alpha", "stable"],
    );
    const edge = (version: string, replaces?: string) => ({
      name: `seldon-deploy-operator.v${version}`,
      ...(replaces !== undefined && { replaces: `seldon-deploy-operator.v${replaces}` }),
    });
    assert.deepEqual(channels[1]?.entries, [
      edge("1.2.1", "1.2.0"),
      edge("1.2.0", "1.0.0"),
      edge("1.0.0", "0.7.0"),
      edge("0.7.0"),
    ]);
    const images = blobs.flatMap(({ image }) => (image === undefined ? [] : [image]));
    assert.equal(images.filter((image) => /\/seldon-deploy-operator-bundle-cert@sha256:/.test(image)).length, 4);
    assert.equal(await tagsOf(hosted, "seldon/seldon-deploy-operator-index-cert"), "v1.2.1");
    assert.match((await mirror(["plan", "catalog:trial"])).stdout, /catalog:trial +up to date/);
  });

  here(`${name}: with pinning by tag the certified manifests of 1.2.0 are what the old script wrote`, async () => {
    const text = await readFile(example, "utf8");
    const byTag = text.replace("pin: digest", "pin: tag").replace(/ {2}v1\.2\.0:\n(?: {4}.*\n)+/, "");
    await writeFile(join(tree.folder, "mirror.config.yaml"), byTag);
    await pushBuilt();
    const { code, stdout, stderr } = await mirror(["run", "bundle:current"], "1.2.0");
    assert.equal(code, 0, stdout + stderr);
    const written = await made("current");
    assert.deepEqual([...written.keys()], [...tree.certified.keys()]);
    for (const [file, expected] of tree.certified) assert.equal(written.get(file), expected, file);
  });

  here(`${name}: bundles of before keep their bytes`, async () => {
    for (const version of ["1.2.0", "1.0.0", "0.7.0"]) {
      const kept = await textsIn(join(tree.folder, "packagemanifests-certified", version));
      assert.deepEqual(await made(`v${version}`), kept);
    }
    await Promise.all([hosted?.stop(), pyxis.stop()]);
  });

  /** The images of 1.2.0, pushed and published as those of 1.2.1 were; their bundle has no tag at Quay yet. */
  const pushBuilt = async (): Promise<void> => {
    await hosted?.stop();
    hosted = await startDockerRegistry();
    await untilPublished(() => mirror(["run", "published:certified"], "1.2.0"));
  };
}

const config = (tree: OperatorTree, env: Record<string, string>): Promise<Config> =>
  readConfig({ path: join(tree.folder, "mirror.config.yaml"), env });

/** A small image for each that the config names, and for the one that only the manifests name. */
async function pushUpstream(host: string, { images }: Config): Promise<void> {
  const client = createRegistry({ host });
  const transfer = createTransfer();
  const named = [...images.values()].flatMap(({ origin, version }) =>
    origin.kind === "upstream" && version.kind === "tag" ? [[origin.repository, version.tag] as const] : [],
  );
  for (const [repository, tag] of [...named, ["kubebuilder/kube-rbac-proxy", "v0.5.0"] as const]) {
    const files = [{ path: "licenses/licence", source: Buffer.from(`${repository}:${tag}`) }];
    const labels = ["name", "vendor", "version", "release", "summary", "description", "maintainer"];
    const said = Object.fromEntries(labels.map((label) => [label, "toys"]));
    const source = await assembleImage({ name: repository, files, labels: said, user: "1001" }, idle);
    await transfer.copy({
      from: { source, repository, digest: source.digest },
      to: { registry: client, repository, tag },
      ...{ platforms: "all", tags: "mutable", stopping: idle, killed: idle },
    });
  }
  client.close();
}

/** Runs again and again while hours pass at Red Hat, until nothing waits any more. */
async function untilPublished(run: () => Promise<CliResult>): Promise<CliResult> {
  for (let turn = 0; ; turn++) {
    const result = await run();
    if (result.code !== 4 || turn === 8) return result;
    pyxis.advance(3 * HOUR);
  }
}

async function tagsOf(registry: DockerRegistry | undefined, repository: string): Promise<string> {
  const answer = await fetch(`http://${registry?.host}/v2/${repository}/tags/list`);
  const { tags } = (await answer.json()) as { tags: string[] };
  return tags.toSorted().join(" ");
}

operator.run();
