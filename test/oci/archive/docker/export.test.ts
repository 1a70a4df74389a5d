import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { type DockerExport, exportDockerArchives, openArchive } from "../../../../src/oci/archive/index.ts";
import { assembleImage, type ImageSpec } from "../../../../src/oci/assemble/index.ts";
import { openLayout, storeImage } from "../../../../src/oci/layout/index.ts";
import { missingCommand, requires } from "../../../rig/skip.ts";
import { inFolder } from "../../temporary.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const platform = { os: "linux", architecture: "amd64" };

async function exported(folder: string, options: Partial<DockerExport> = {}): Promise<string> {
  const layout = await openLayout(join(folder, "layout"));
  const store = async (repository: string, more: Partial<ImageSpec> = {}) => {
    const files = [{ path: "etc/name", source: Buffer.from(repository) }];
    const image = await assembleImage({ name: repository, files, entrypoint: ["/bin/app"], ...more }, signal);
    const as = { repository, tags: ["1.0"] };
    await storeImage(layout, { from: image, repository: "any", reference: "1.0", as }, signal);
  };
  await store("docker.io/library/mysql");
  await store("quay.io/a/app", { platforms: ["linux/amd64", "linux/arm64"] });
  await store("ghcr.io/b/app");
  const archive = await openArchive([join(folder, "layout")]);
  try {
    const to = join(folder, "offline-images");
    await exportDockerArchives(archive, {
      folder: to,
      compression: "none",
      platform,
      onImage: () => {},
      signal,
      ...options,
    });
    return to;
  } finally {
    await archive.close();
  }
}

test("each image becomes a tar under a name of its own, and images-list.txt says which", () =>
  inFolder(async (folder) => {
    const list = await readFile(join(await exported(folder), "images-list.txt"), "utf8");
    assert.deepEqual(list.trim().split("\n"), [
      "docker.io/library/mysql:1.0 -> mysql_1.0.tar",
      "ghcr.io/b/app:1.0 -> ghcr.io_b_app_1.0.tar",
      "quay.io/a/app:1.0 -> quay.io_a_app_1.0.tar",
    ]);
  }));

for (const compression of ["none", "gzip"] as const) {
  test(`what was written is read again with the digests it had, compression ${compression}`, () =>
    inFolder(async (folder) => {
      const archive = await openArchive([await exported(folder, { compression })]);
      const before = await openArchive([join(folder, "layout")]);
      for (const repository of ["docker.io/library/mysql", "ghcr.io/b/app"]) {
        const [one, other] = [archive, before].map((layout) => layout.resolve(repository, "1.0"));
        assert.equal((await one)?.digest, (await other)?.digest);
        assert.ok(await one);
      }
      // Of an index the one platform: the digest is that of its image.
      const index = await before.getManifest("quay.io/a/app", "1.0", signal);
      const app = await archive.getManifest("quay.io/a/app", "1.0", signal);
      assert.ok(index.kind === "index" && app.kind === "image");
      assert.equal(app.digest, index.manifests.find((entry) => entry.platform?.architecture === "amd64")?.digest);
      await archive.close();
      await before.close();
    }));
}

test("a platform that an image does not have is an error that says which it has", () =>
  inFolder((folder) =>
    assert.rejects(
      exported(folder, { platform: { os: "linux", architecture: "s390x" } }),
      /quay\.io\/a\/app:1\.0 is not for linux\/s390x/,
    ),
  ));

requires(test, missingCommand("skopeo"))("skopeo reads what was written as docker-archive and as oci-archive", () =>
  inFolder(async (folder) => {
    const tar = join(await exported(folder), "mysql_1.0.tar");
    for (const form of [
      `docker-archive:${tar}`,
      `docker-archive:${tar}:docker.io/library/mysql:1.0`,
      `oci-archive:${tar}`,
    ]) {
      const { stdout } = await exec("skopeo", ["inspect", "--config", form]);
      assert.deepEqual(JSON.parse(stdout).config.Entrypoint, ["/bin/app"]);
      await exec("skopeo", ["copy", "--quiet", form, `dir:${join(folder, "out")}`]);
    }
  }),
);

requires(test, missingCommand("podman"))("podman loads what was written, under its name", () =>
  inFolder(async (folder) => {
    const tar = join(await exported(folder), "mysql_1.0.tar");
    const podman = (...args: string[]) =>
      exec("podman", [
        "--root",
        join(folder, "root"),
        "--runroot",
        join(folder, "run"),
        "--storage-driver=vfs",
        ...args,
      ]);
    const { stdout } = await podman("load", "-i", tar);
    assert.match(stdout, /docker\.io\/library\/mysql:1\.0/);
  }),
);

test.run();
