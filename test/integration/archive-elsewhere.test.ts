import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { runMirror, workspace } from "../rig/cli.ts";
import { commitAs } from "../rig/git-release.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt, type Gap, makeGap } from "./archive-rig.ts";

/** What is saved where there is a network is loaded where there is nothing but the archive and the config. */
const integration = requires(test, missingCommand("docker-registry") ?? missingCommand("git"));

const SERVICE = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [";

/** A chart of the first two images in a repository, and a file that an image is built of. */
async function releaseOf(gap: Gap): Promise<string> {
  const { folder } = gap.place;
  const chart = join(folder, "source", "chart");
  await mkdir(join(chart, "templates"), { recursive: true });
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
  const containers = gap.images.map(
    ({ repository, tag }, index) => `{ name: c${index}, image: "up.example.com/${repository}:${tag}" }`,
  );
  await writeFile(join(chart, "templates", "pod.yaml"), `${SERVICE}${containers.join(", ")}] }\n`);
  commitAs(join(folder, "source"), "v1.0.0");
  await gap.place.write("hello/hello.txt", "hello");
  await gap.place.write("values/offline.yaml", "a: 1");
  return `version: 1
upstreams:
  up.example.com: { host: "${gap.source.host}", scheme: http }
registries:
  inside: { type: oci, host: "${gap.target.host}", scheme: http, prefix: mirror }
sources:
  shop: { git: "${join(folder, "source")}", version: { tags: "v*" } }
charts:
  shop: { source: shop, path: chart, values: [values/offline.yaml] }
images:
  hello: { build: { files: [{ from: hello, to: /hello }] }, version: "2.0" }
targets:
  inside: { registry: inside, images: ["chart:shop", "hello"], as: "\${registry}/\${path}:\${tag}" }
tasks:
  tell: { needs: ["build:hello", "build:*", "copy:inside/hello"], run: [touch, told] }
`;
}

integration(
  "a chart's images and what was built are loaded on a machine that has nothing but the archive and the config",
  async () => {
    const gap = await makeGap({ count: 2 });
    const there = await workspace("version: 1\n");
    try {
      const config = await releaseOf(gap);
      await gap.place.write("mirror.config.yaml", config);
      const saved = await gap.mirror("save", "--to", "release.tar");
      assert.equal(saved.code, 0, saved.stdout + saved.stderr);
      const built = (await contentsOf(join(gap.place.folder, "release.tar")))["localhost/hello:2.0"];
      await there.write("mirror.config.yaml", config);
      await writeFile(join(there.folder, "release.tar"), await readFile(join(gap.place.folder, "release.tar")));
      await gap.cutOff();
      await rm(gap.place.folder, { recursive: true });

      const planned = await runMirror(["load", "release.tar", "-t", "inside", "--dry-run"], { cwd: there.folder });
      assert.equal(planned.code, 0, planned.stdout + planned.stderr);
      const loaded = await runMirror(["load", "release.tar", "-t", "inside"], { cwd: there.folder });
      assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
      for (const { repository, tag, image } of gap.images) {
        assert.equal(await digestAt(gap.target.host, `mirror/up.example.com/${repository}`, tag), image.top.digest);
      }
      assert.equal(await digestAt(gap.target.host, "mirror/hello", "2.0"), built);

      const told = await runMirror(["run", "tell", "--from", "release.tar"], { cwd: there.folder });
      assert.equal(told.code, 0, told.stdout + told.stderr);
      assert.ok((await readdir(there.folder)).includes("told"), "what needs the build runs after its pin");
      // Built anew of what is here it would be another image.
      await there.write("hello/other.txt", "other");
      const again = await runMirror(["load", "release.tar", "-t", "inside"], { cwd: there.folder });
      assert.equal(again.code, 0, again.stdout + again.stderr);
      assert.equal(await digestAt(gap.target.host, "mirror/hello", "2.0"), built);
    } finally {
      await Promise.all([gap.remove(), there.remove()]);
    }
  },
);

test.run();
