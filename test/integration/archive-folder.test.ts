import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { startMirror, waitFor } from "../rig/cli.ts";
import { uniqueBlobs } from "../rig/images.ts";
import { serving } from "../rig/serving.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt, type Gap, makeGap } from "./archive-rig.ts";

const missing = missingCommand("docker-registry");
const integration = requires(test, missing);

const blobsIn = (folder: string): Promise<string[]> => readdir(join(folder, "blobs", "sha256"));

async function withGap(count: number, layerBytes: number, check: (gap: Gap, folder: string) => Promise<void>) {
  const gap = await makeGap({ count, layerBytes });
  try {
    await check(gap, join(gap.place.folder, "release"));
  } finally {
    await gap.remove();
  }
}

async function saved(gap: Gap, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gap.mirror("save", ...args);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

integration("a folder has each blob once, and is loaded, listed, verified and served like a tar", () =>
  withGap(4, 20_000, async (gap, folder) => {
    await saved(gap, "--to", "release/");
    assert.deepEqual((await readdir(folder)).sort(), ["blobs", "index.json", "oci-layout"]);
    const found = await contentsOf(folder);
    for (const { repository, tag, image } of gap.images) {
      assert.equal(found[`up.example.com/${repository}:${tag}`], image.top.digest);
    }
    for (const command of [
      ["archive", "verify", "release"],
      ["verify", "release", "--deep"],
    ]) {
      const { code, stdout, stderr } = await gap.mirror(...command);
      assert.equal(code, 0, stdout + stderr);
    }
    assert.match(await saved(gap, "--to", "release"), /up to date/);
    await gap.cutOff();
    const loaded = await gap.mirror("load", "release/", "-t", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    for (const { repository, tag, image } of gap.images) {
      assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest);
    }
  }),
);

integration("of a later release only what is new is written, and what nothing names any more goes", () =>
  withGap(4, 20_000, async (gap, folder) => {
    await saved(gap, "app-1", "app-2", "--to", "release/");
    const [before, [some = ""]] = [await blobsIn(folder), await blobsIn(folder)];
    const { mtimeMs } = await stat(join(folder, "blobs", "sha256", some));
    await saved(gap, "app-1", "app-2", "app-3", "--to", "release/");
    assert.equal((await stat(join(folder, "blobs", "sha256", some))).mtimeMs, mtimeMs);
    const asked = (await gap.source.accessLog())
      .filter(({ method, path }) => method === "GET" && path.includes("/blobs/"))
      .map(({ path }) => path.slice(path.lastIndexOf("/")));
    assert.equal(new Set(asked).size, asked.length, "no blob is asked for twice");
    await saved(gap, "app-1", "--to", "release/");
    const after = new Set(await blobsIn(folder));
    assert.deepEqual(Object.keys(await contentsOf(folder)), ["up.example.com/team/app-1:1.0"]);
    assert.ok(after.size < before.length);
    assert.equal((await gap.mirror("archive", "verify", "release")).code, 0);
  }),
);

integration("a save into a folder that was killed goes on with the blobs that are there", () =>
  withGap(8, 400_000, async (gap, folder) => {
    const running = startMirror(["save", "--to", "release/"], { cwd: gap.place.folder });
    await waitFor("some blobs", async () => existsSync(folder) && (await blobsIn(folder).catch(() => [])).length > 6);
    running.child.kill("SIGKILL");
    await running.ended;
    assert.ok(!existsSync(join(folder, "index.json")), "it was killed before its end");
    const there = new Set(await blobsIn(folder));
    const before = (await gap.source.accessLog()).length;
    await saved(gap, "--to", "release/");
    const again = (await gap.source.accessLog())
      .slice(before)
      .filter(({ method, path }) => method === "GET" && path.includes("/blobs/"))
      .filter(({ path }) => there.has(path.slice(path.lastIndexOf(":") + 1)));
    assert.deepEqual(again, []);
    assert.equal((await gap.mirror("archive", "verify", "release")).code, 0);
    assert.ok((await blobsIn(folder)).length >= uniqueBlobs(gap.images.map(({ image }) => image)).length);
  }),
);

integration("a folder with other things in it is refused, and so are volumes of one", () =>
  withGap(1, 5_000, async (gap, folder) => {
    await mkdir(folder);
    await writeFile(join(folder, "holiday.jpg"), "");
    const refused = await gap.mirror("save", "--to", "release/");
    assert.equal(refused.code, 2);
    assert.match(refused.stdout + refused.stderr, /holds other files, "holiday\.jpg"/);
    assert.deepEqual(await readdir(folder), ["holiday.jpg"]);
    const volumes = await gap.mirror("save", "--to", "release/", "--volume-size", "4G");
    assert.equal(volumes.code, 2, volumes.stderr);
  }),
);

integration("the archive of a target may be a folder", () =>
  withGap(2, 5_000, async (gap) => {
    const config = await readFile(join(gap.place.folder, "mirror.config.yaml"), "utf8");
    await gap.place.write("mirror.config.yaml", config.replace("out/release.tar", "out/release/"));
    for (const summary of [/2 images in \d+ blobs/, /up to date: .*out\/release\/ has 2 images/]) {
      const { code, stdout, stderr } = await gap.mirror("run", "--target", "usb");
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, summary);
    }
    assert.equal((await gap.mirror("verify", "usb")).code, 0);
  }),
);

requires(
  test,
  missing,
  missingCommand("skopeo"),
  missingCommand("crane"),
)("skopeo and crane read a folder", () =>
  withGap(3, 5_000, async (gap, folder) => {
    await saved(gap, "--to", "release/");
    const named = gap.images.filter(({ image }) => image.top.mediaType.includes("vnd.oci"));
    assert.ok(named.length > 0);
    for (const { repository, tag, image } of named) {
      const { stdout, stderr } = spawnSync("skopeo", [
        "inspect",
        "--raw",
        `oci:${folder}:up.example.com/${repository}:${tag}`,
      ]);
      assert.equal(stdout.toString(), image.top.bytes.toString(), stderr.toString());
    }
    await serving(gap.place.folder, ["release", "--read-only"], async (host) => {
      const digest = execFileSync("crane", ["digest", "--insecure", `${host}/team/app-1:1.0`])
        .toString()
        .trim();
      assert.equal(digest, gap.images[0]?.image.top.digest);
    });
    execFileSync("crane", ["push", "--insecure", "--index", folder, `${gap.target.host}/all:1`]);
  }),
);

test.run();
