import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import { packChart } from "../rig/chart-repository.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { commitAs } from "../rig/git-release.ts";
import { startHarbor } from "../rig/harbor.ts";
import { imageSet } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { serving } from "../rig/serving.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt } from "./archive-rig.ts";

const exec = promisify(execFile);

/** Charts on the way that their images go: to a registry, into an archive, out of it on another machine. */
const all = suite("chart packages");
const missing = missingCommand("docker-registry") ?? missingCommand("git");
const integration = requires(all, missing);
const withHelm = requires(all, missing, missingCommand("helm"));

const images = imageSet({ seed: "charts", count: 1, stacks: 1, layerBytes: 5_000 });
let source: DockerRegistry;
let folder: Workspace;

/** A repository with the chart `shop` in a folder, with a dependency beside it, and `extra` packed by others. */
async function makeSource(place: Workspace): Promise<void> {
  const files = {
    "charts/shop/Chart.yaml":
      "apiVersion: v2\nname: shop\nversion: 1.2.0+build.7\nappVersion: 1.10\ndescription: A shop\n" +
      "dependencies: [{ name: base, version: 0.1.0, repository: file://../base }]\n",
    "charts/shop/.helmignore": "*.md\nci/\n",
    "charts/shop/README.md": "not for installation",
    "charts/shop/ci/values.yaml": "a: 1",
    "charts/shop/values.yaml": "replicas: 1\n",
    "charts/shop/templates/pod.yaml": `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: "up.example.com/${images[0]?.repository}:${images[0]?.tag}" }] }\n`,
    "charts/base/Chart.yaml": "apiVersion: v2\nname: base\nversion: 0.1.0\ntype: library\n",
  };
  for (const [path, text] of Object.entries(files)) await place.write(`source/${path}`, text);
  const { bytes } = await packChart("extra", "3.0.0", { "templates/none.yaml": "" });
  await writeFile(join(place.folder, "source", "extra-3.0.0.tgz"), bytes);
  commitAs(join(place.folder, "source"), "v1");
}

const configFor = (target: string) => `version: 1
upstreams:
  up.example.com: { host: "${source.host}", scheme: http }
registries:
  inside: { type: oci, host: "${target}", scheme: http, prefix: mirror }
sources:
  charts: { git: "${join(folder.folder, "source")}", version: { tags: "v*" } }
charts:
  shop: { source: charts, path: charts/shop }
  extra: { source: charts, path: extra-3.0.0.tgz }
images:
  web: { from: up.example.com/${images[0]?.repository}, version: "${images[0]?.tag}" }
targets:
  inside: { registry: inside, images: [web, "chart:shop"], charts: [shop, extra], as: "\${path}:\${tag}" }
`;

all.before(async () => {
  if (missing !== undefined) return;
  const started = await startDockerRegistry();
  assert.ok(started);
  source = started;
  await pushImages(source.host, images);
  folder = await workspace("version: 1\n");
  await makeSource(folder);
});

all.after(async () => {
  await source?.stop();
  await folder?.remove();
});

interface Given {
  readonly target: string;
  readonly place: Workspace;
  readonly mirror: (...args: readonly string[]) => ReturnType<typeof runMirror>;
}

async function atTarget(check: (given: Given) => Promise<void>): Promise<void> {
  const target = await startDockerRegistry();
  assert.ok(target);
  const place = await workspace(configFor(target.host));
  try {
    const mirror = (...args: readonly string[]) => runMirror([...args, "--no-color"], { cwd: place.folder });
    await check({ target: target.host, place, mirror });
  } finally {
    await target.stop();
    await place.remove();
  }
}

const inside = (target: string, chart: string, tag: string) => digestAt(target, `mirror/charts/${chart}`, tag);

integration("a target gets its charts beside their images, and the second time there is nothing to do", () =>
  atTarget(async ({ target, mirror }) => {
    const planned = await mirror("plan", "--target", "inside");
    assert.equal(planned.code, 0, planned.stdout + planned.stderr);
    assert.match(planned.stdout, /package:inside\/shop +would be created at .*version 1\.2\.0_build\.7/);
    const first = await mirror("run", "--target", "inside");
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /package:inside\/extra +copied/);
    assert.ok(await inside(target, "shop", "1.2.0_build.7"));
    assert.ok(await inside(target, "extra", "3.0.0"));
    const again = await mirror("run", "package:inside/*");
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.match(again.stdout, /package:inside\/shop +up to date/);
    const gate = await mirror("run", "published:inside");
    assert.match(gate.stdout, /published:inside +3 images published/, "charts are waited for, too");
  }),
);

integration("the same chart has the same digest on every machine", () =>
  atTarget(async ({ target, place, mirror }) => {
    assert.equal((await mirror("run", "package:inside/shop")).code, 0);
    const first = await inside(target, "shop", "1.2.0_build.7");
    await rm(join(place.folder, ".mirror"), { recursive: true });
    await atTarget(async (other) => {
      assert.equal((await other.mirror("run", "package:inside/shop")).code, 0);
      assert.equal(await inside(other.target, "shop", "1.2.0_build.7"), first);
    });
  }),
);

withHelm("helm pulls what was published: with its dependency, without what .helmignore names", () =>
  atTarget(async ({ target, place, mirror }) => {
    assert.equal((await mirror("run", "--target", "inside")).code, 0);
    const helm = (...args: string[]) =>
      exec("helm", args, { cwd: place.folder, env: { PATH: process.env.PATH, HOME: place.folder } });
    const at = `oci://${target}/mirror/charts`;
    await helm("pull", `${at}/shop`, "--version", "1.2.0+build.7", "--plain-http", "--untar");
    const listed = (await exec("find", ["shop", "-type", "f"], { cwd: place.folder })).stdout.split("\n").sort();
    assert.deepEqual(listed.filter(Boolean), [
      "shop/.helmignore",
      "shop/Chart.yaml",
      "shop/charts/base-0.1.0/Chart.yaml",
      "shop/templates/pod.yaml",
      "shop/values.yaml",
    ]);
    assert.match((await helm("template", "shop")).stdout, /kind: Pod/);
    assert.match(
      (await helm("show", "chart", `${at}/extra`, "--version", "3.0.0", "--plain-http")).stdout,
      /name: extra/,
    );
    await helm("pull", `${at}/extra`, "--version", "3.0.0", "--plain-http");
    const [pulled, own] = [join(place.folder, "extra-3.0.0.tgz"), join(folder.folder, "source", "extra-3.0.0.tgz")];
    assert.deepEqual(await readFile(pulled), await readFile(own), "byte for byte as it was packed");
  }),
);

integration("an archive has the charts, and brings them to a target where nothing else is", () =>
  atTarget(async ({ target, place, mirror }) => {
    const direct = await mirror("run", "--target", "inside");
    assert.equal(direct.code, 0, direct.stdout + direct.stderr);
    const saved = await mirror("save", "--to", "release.tar");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    const again = await mirror("save", "--to", "release.tar");
    assert.match(again.stdout, /up to date/);
    const contents = await contentsOf(join(place.folder, "release.tar"));
    const digest = await inside(target, "shop", "1.2.0_build.7");
    assert.equal(contents["localhost/charts/shop:1.2.0_build.7"], digest);
    const listed = await mirror("archive", "list", "release.tar");
    assert.match(listed.stdout, /localhost\/charts\/extra:3\.0\.0 .* chart/);
    assert.match(listed.stdout, /\n1 image, 2 charts, /);
    assert.equal((await mirror("archive", "verify", "release.tar")).code, 0);
    const verified = await mirror("verify", "release.tar", "--deep");
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);

    await atTarget(async (there) => {
      // Neither the repository nor what was rendered is there.
      const config = configFor(there.target).replaceAll(folder.folder, join(there.place.folder, "none"));
      await there.place.write("mirror.config.yaml", config);
      await writeFile(join(there.place.folder, "release.tar"), await readFile(join(place.folder, "release.tar")));
      const loaded = await there.mirror("load", "release.tar", "--target", "inside");
      assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
      assert.equal(await inside(there.target, "shop", "1.2.0_build.7"), digest);
      assert.ok(await inside(there.target, "extra", "3.0.0"));
    });
  }),
);

integration("status and verify tell how charts stand, at targets and in archives, by digest", () =>
  atTarget(async ({ target, place, mirror }) => {
    assert.equal((await mirror("pin")).code, 0);
    const lock = await readFile(join(place.folder, "mirror.lock.yaml"), "utf8");
    const digest = /\n {2}shop:\n[\s\S]*?package: (sha256:\w+)/.exec(lock)?.[1];
    const before = await mirror("verify", "inside");
    assert.equal(before.code, 1);
    assert.match(before.stdout, /charts\/shop:1\.2\.0_build\.7 is not there/);
    assert.equal((await mirror("run", "--target", "inside")).code, 0);
    assert.equal(await inside(target, "shop", "1.2.0_build.7"), digest, "the lock has the digest that is published");
    const verified = await mirror("verify", "inside", "--deep");
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    const status = await mirror("status");
    assert.equal(status.code, 0, status.stdout + status.stderr);
    assert.match(status.stdout, /chart:shop +1\.2\.0_build\.7 +up to date/);
    assert.match(status.stdout, /chart:extra +3\.0\.0 +up to date/);
    const one = await mirror("status", "chart:extra", "--json");
    const rows = (JSON.parse(one.stdout) as { images: { kind: string; name: string }[] }).images;
    assert.deepEqual(
      rows.map(({ kind, name }) => [kind, name]),
      [["chart", "chart:extra"]],
    );

    assert.equal((await mirror("save", "web", "--to", "image.tar")).code, 0);
    const lacking = await mirror("verify", "image.tar");
    assert.equal(lacking.code, 1);
    assert.match(lacking.stdout, /chart shop:1\.2\.0\+build\.7 in image\.tar is not there/);
    assert.match((await mirror("status", "--from", "image.tar")).stdout, /chart:shop .* missing/);
  }),
);

integration("Harbor has a chart where its users look for it", () =>
  atTarget(async ({ target, place, mirror }) => {
    const admin = { password: "Harbor12345", role: "admin" } as const;
    const harbor = await startHarbor({ storage: target, accounts: { admin } });
    try {
      const registry = `{ type: harbor, host: "${harbor.host}", project: shop, auth: { username: admin, password: ${admin.password} } }`;
      await place.write(
        "mirror.config.yaml",
        configFor(target).replace(/ {2}inside: \{ type.*/, `  inside: ${registry}`),
      );
      const run = await mirror("run", "--target", "inside");
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.ok(await digestAt(target, "shop/charts/extra", "3.0.0"));
      if (missingCommand("helm") !== undefined) return;
      const pull = ["pull", `oci://${harbor.host}/shop/charts/extra`, "--version", "3.0.0", "--plain-http"];
      const env = { PATH: process.env.PATH, HOME: place.folder };
      await exec("helm", [...pull, "--username", "admin", "--password", admin.password], { cwd: place.folder, env });
    } finally {
      await harbor.stop();
    }
  }),
);

integration("docker archives have the charts and the lock beside them, for mirror at the other end", () =>
  atTarget(async ({ target, place, mirror }) => {
    const saved = await mirror("save", "--to", "offline-images", "--format", "docker-archive");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    assert.match(saved.stderr, /localhost\/charts\/shop:1\.2\.0_build\.7 is in for-mirror\.tar/);
    const folderOf = join(place.folder, "offline-images");
    assert.deepEqual((await readdir(folderOf)).sort(), ["app-1_1.0.tar", "for-mirror.tar", "images-list.txt"]);
    assert.doesNotMatch(await readFile(join(folderOf, "images-list.txt"), "utf8"), /shop|mirror/);
    await rm(join(place.folder, ".mirror"), { recursive: true });
    const config = configFor(target).replaceAll(folder.folder, join(place.folder, "none"));
    await place.write("mirror.config.yaml", config);
    const loaded = await mirror("load", "offline-images", "--target", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    assert.ok(await inside(target, "shop", "1.2.0_build.7"));
    assert.ok(await digestAt(target, `mirror/${images[0]?.repository}`, "1.0"));
  }),
);

integration("a chart alone is saved by its name; one that is not in an archive is told when it is loaded", () =>
  atTarget(async ({ place, mirror }) => {
    const saved = await mirror("save", "chart:extra", "--to", "extra.tar");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    assert.deepEqual(Object.keys(await contentsOf(join(place.folder, "extra.tar"))), ["localhost/charts/extra:3.0.0"]);
    const loaded = await mirror("run", "package:inside/*", "--from", "extra.tar");
    assert.equal(loaded.code, 1);
    assert.match(loaded.stdout, /package:inside\/extra +copied/);
    assert.match(loaded.stdout + loaded.stderr, /The chart shop is not in extra\.tar/);
  }),
);

withHelm("helm pulls from an archive that is served", () =>
  atTarget(async ({ place, mirror }) => {
    assert.equal((await mirror("save", "--to", "release.tar")).code, 0);
    await mkdir(join(place.folder, "pulled"));
    const env = { PATH: process.env.PATH, HOME: place.folder };
    await serving(place.folder, ["release.tar"], async (host) => {
      const pull = ["pull", `oci://${host}/charts/shop`, "--version", "1.2.0+build.7", "--plain-http", "-d", "pulled"];
      await exec("helm", pull, { cwd: place.folder, env });
    });
    const shown = await exec("helm", ["show", "chart", join("pulled", "shop-1.2.0+build.7.tgz")], {
      cwd: place.folder,
      env,
    });
    assert.match(shown.stdout, /version: 1\.2\.0\+build\.7/);
  }),
);

all.run();
