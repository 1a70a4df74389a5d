import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import { MediaType } from "../../src/oci/index.ts";
import { indexOf, packChart, startChartServer } from "../rig/chart-repository.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { pushImage } from "../rig/push.ts";
import { cosignSignature } from "../rig/referrers.ts";
import { signedChart } from "../rig/signed-chart.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt } from "./archive-rig.ts";

const exec = promisify(execFile);

/** Charts of chart repositories, from there to a target, into an archive, and out of it. */
const all = suite("charts of repositories");
const missing = missingCommand("docker-registry");
const integration = requires(all, missing);
const withHelm = requires(all, missing, missingCommand("helm"), missingCommand("gpg"));

const pod = (version: string) => ({
  "templates/a.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "${version}" }\n`,
});
const [old, current] = await Promise.all(["1.2.0", "1.3.0"].map((version) => packChart("shop", version, pod(version))));
assert.ok(old !== undefined && current !== undefined);

interface Given {
  readonly target: DockerRegistry;
  readonly place: Workspace;
  readonly mirror: (...args: readonly string[]) => ReturnType<typeof runMirror>;
  readonly configure: (
    chart: string,
    more?: { repositories?: string; prefix?: string; images?: string },
  ) => Promise<void>;
}

async function atTarget(check: (given: Given) => Promise<void>): Promise<void> {
  const target = await startDockerRegistry();
  assert.ok(target);
  const place = await workspace("version: 1\n");
  const configure: Given["configure"] = (chart, { repositories = "", prefix = "mirror", images = "chart:shop" } = {}) =>
    place.write(
      "mirror.config.yaml",
      `version: 1
chartRepositories: { ${repositories} }
sources: { here: { folder: . } }
charts: { shop: { ${chart} } }
registries:
  inside: { type: oci, host: "${target.host}", prefix: ${prefix} }
targets:
  inside: { registry: inside, images: [${images}], charts: [shop] }
`,
    );
  try {
    const mirror = (...args: readonly string[]) => runMirror([...args, "--no-color"], { cwd: place.folder });
    await check({ target, place, mirror, configure });
  } finally {
    await target.stop();
    await place.remove();
  }
}

integration("a chart of a repository is locked by its bytes, published, saved, and loaded where no repository is", () =>
  atTarget(async ({ target, place, mirror, configure }) => {
    const server = await startChartServer([old]);
    try {
      await configure(`repository: "@charts", version: ^1`, { repositories: `"@charts": "${server.url}"` });
      const run = await mirror("run");
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /chart:shop +version 1\.2\.0 \(@charts\): 0 images/);
      const digest = await digestAt(target.host, "mirror/charts/shop", "1.2.0");
      const lock = await readFile(join(place.folder, "mirror.lock.yaml"), "utf8");
      assert.match(
        lock,
        /shop:\n {4}repository: "@charts"\n {4}chart: shop\n {4}rule: "\^1"\n {4}archive: sha256:\w+\n {4}version: "1\.2\.0"\n/,
      );
      assert.ok(lock.includes(`package: ${digest}`), "the lock has what is published");

      // Something newer changes nothing till it is asked for.
      server.files.set("index.yaml", indexOf([old, current]));
      server.files.set("shop-1.3.0.tgz", current.bytes);
      const again = await mirror("run", "--frozen");
      assert.match(again.stdout, /package:inside\/shop +up to date .*version 1\.2\.0/);
      assert.equal((await mirror("save", "--to", "old.tar")).code, 0);
      assert.equal((await contentsOf(join(place.folder, "old.tar")))["localhost/charts/shop:1.2.0"], digest);
      const moved = await mirror("pin", "--update", "shop");
      assert.equal(moved.code, 0, moved.stdout + moved.stderr);
      assert.match(await readFile(join(place.folder, "mirror.lock.yaml"), "utf8"), /version: "1\.3\.0"/);
      const frozen = await mirror("run", "--frozen");
      assert.equal(frozen.code, 0, frozen.stdout + frozen.stderr);
      assert.ok(await digestAt(target.host, "mirror/charts/shop", "1.3.0"));
      assert.equal((await mirror("verify", "inside", "--deep")).code, 0);
    } finally {
      await server.stop();
    }
    await rm(join(place.folder, ".mirror"), { recursive: true });
    const loaded = await mirror("load", "old.tar", "--target", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    assert.match(loaded.stdout, /package:inside\/shop +up to date/);
  }),
);

integration("of a chart that is only published, no image is asked for, and what the lock has of them stays", () =>
  atTarget(async ({ target, place, mirror, configure }) => {
    const image = "127.0.0.1:1/team/gone:1.0";
    const withImage = `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: "${image}" }] }\n`;
    const server = await startChartServer([await packChart("shop", "1.2.0", { "templates/a.yaml": withImage })]);
    try {
      await configure(`repository: "${server.url}", version: ^1`, { images: "" });
      const run = await mirror("run");
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.ok(await digestAt(target.host, "mirror/charts/shop", "1.2.0"));
      const lock = await readFile(join(place.folder, "mirror.lock.yaml"), "utf8");
      assert.ok(lock.includes(image), lock);
      const entry = `images:\n  gone:\n    repository: 127.0.0.1:1/team/gone\n    tag: "1.0"\n    digest: sha256:${"a".repeat(64)}\n    mediaType: ${MediaType.ociManifest}\n    manifestSize: 7\n    rule: tag 1.0\n`;
      await place.write("mirror.lock.yaml", lock + entry);
      assert.equal((await mirror("run")).code, 0);
      assert.match(await readFile(join(place.folder, "mirror.lock.yaml"), "utf8"), /\n {2}gone:\n/);
      const frozen = await mirror("run", "--frozen");
      assert.equal(frozen.code, 0, frozen.stdout + frozen.stderr);
    } finally {
      await server.stop();
    }
  }),
);

integration("other bytes under a version that is locked are refused", () =>
  atTarget(async ({ place, mirror, configure }) => {
    const server = await startChartServer([old]);
    try {
      await configure(`repository: "${server.url}", version: 1.2.0`);
      assert.equal((await mirror("pin")).code, 0);
      const other = { ...current, version: "1.2.0" };
      server.files.set("index.yaml", indexOf([other]));
      server.files.set("shop-1.2.0.tgz", other.bytes);
      await rm(join(place.folder, ".mirror"), { recursive: true });
      const run = await mirror("run");
      assert.equal(run.code, 1, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, /charts\/changed: .*shop-1\.2\.0\.tgz is not the chart that the lock has/);
      server.files.set("index.yaml", indexOf([old]));
      const mismatch = await mirror("run");
      assert.match(
        mismatch.stdout + mismatch.stderr,
        /charts\/digest-mismatch: .*shop-1\.2\.0\.tgz is not the archive/,
      );
    } finally {
      await server.stop();
    }
  }),
);

integration("a chart of a registry is published as it stands there, by the same digest, with its signatures", () =>
  atTarget(async ({ target, place, mirror, configure }) => {
    const server = await startChartServer([old]);
    try {
      await configure(`repository: "${server.url}", version: 1.2.0`);
      assert.equal((await mirror("run")).code, 0);
    } finally {
      await server.stop();
    }
    const digest = await digestAt(target.host, "mirror/charts/shop", "1.2.0");
    assert.ok(digest !== undefined);
    const at = `${target.host}/v2/mirror/charts/shop/manifests/${digest}`;
    const headers = { accept: MediaType.ociManifest };
    const bytes = Buffer.from(await (await fetch(`http://${at}`, { headers })).arrayBuffer());
    const signature = cosignSignature({ mediaType: MediaType.ociManifest, digest, bytes });
    const tag = `${digest.replace(":", "-")}.sig`;
    await pushImage(target.host, "mirror/charts/shop", tag, signature);
    await configure(`repository: "oci://${target.host}/mirror/charts", version: "1.x"`, { prefix: "second" });
    const run = await mirror("run");
    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.equal(await digestAt(target.host, "second/charts/shop", "1.2.0"), digest);
    assert.equal(await digestAt(target.host, "second/charts/shop", tag), signature.top.digest);
    assert.match(await readFile(join(place.folder, "mirror.lock.yaml"), "utf8"), new RegExp(`package: ${digest}`));
    const again = await mirror("run", "--frozen");
    assert.match(again.stdout, /package:inside\/shop +up to date/, again.stdout + again.stderr);
  }),
);

integration("what a config says of a chart's repository wrongly is told with its place", () =>
  atTarget(async ({ mirror, configure }) => {
    for (const [chart, says] of [
      [`repository: "@nowhere", version: ^1`, /names the repository "@nowhere", which is no address/],
      [`repository: "https://charts.example.com"`, /charts\.shop needs the version of the chart/],
      [
        `repository: "https://charts.example.com", version: ^1, path: a`,
        /charts\.shop needs either source, .* or repository/,
      ],
      [`path: a`, /charts\.shop needs either source, .* or repository/],
    ] as const) {
      await configure(chart);
      const { code, stderr, stdout } = await mirror("check");
      assert.equal(code, 2, stdout + stderr);
      assert.match(stdout + stderr, says);
    }
  }),
);

withHelm("helm verifies what was signed, from a repository and from a source, at a target and out of an archive", () =>
  atTarget(async ({ target, place, mirror, configure }) => {
    const signed = await signedChart(place.folder, "shop", "2.0.0");
    const server = await startChartServer([{ name: "shop", version: "2.0.0", bytes: signed.bytes }]);
    try {
      server.files.set("shop-2.0.0.tgz.prov", signed.provenance);
      await configure(`repository: "${server.url}", version: ~2.0`);
      const run = await mirror("run");
      assert.equal(run.code, 0, run.stdout + run.stderr);
      const saved = await mirror("save", "--to", "signed.tar");
      assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    } finally {
      await server.stop();
    }
    const verify = async (prefix: string) => {
      const pull = ["pull", `oci://${target.host}/${prefix}/charts/shop`, "--version", "2.0.0", "--plain-http"];
      const into = ["--verify", "--keyring", signed.keyring, "-d", await mkdtemp(join(place.folder, "pulled-"))];
      await exec("helm", [...pull, ...into], { env: { PATH: process.env.PATH, HOME: place.folder } });
    };
    await verify("mirror");

    const lock = await readFile(join(place.folder, "mirror.lock.yaml"), "utf8");
    await configure(`repository: "${server.url}", version: ~2.0`, { prefix: "loaded" });
    await rm(join(place.folder, ".mirror"), { recursive: true });
    const loaded = await mirror("load", "signed.tar", "--target", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    await verify("loaded");

    await configure(`source: here, path: shop-2.0.0.tgz`, { prefix: "source" });
    const fromSource = await mirror("run");
    assert.equal(fromSource.code, 0, fromSource.stdout + fromSource.stderr);
    await verify("source");
    assert.ok(lock.includes(`package: ${await digestAt(target.host, "mirror/charts/shop", "2.0.0")}`));
    assert.equal(
      await digestAt(target.host, "source/charts/shop", "2.0.0"),
      await digestAt(target.host, "mirror/charts/shop", "2.0.0"),
    );
  }),
);

all.run();
