import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { openArchive } from "../../../../src/oci/archive/index.ts";
import { assembleImage } from "../../../../src/oci/assemble/index.ts";
import { openLayout, storeImage } from "../../../../src/oci/layout/index.ts";
import { serveLayout } from "../../../../src/oci/server/index.ts";
import { missingCommand, requires } from "../../../rig/skip.ts";
import { inFolder } from "../../temporary.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const judged = requires(test, missingCommand("skopeo"));

async function layoutWith(folder: string, ...tags: string[]): Promise<void> {
  const layout = await openLayout(folder);
  for (const tag of tags) {
    const files = [{ path: "etc/tag", source: Buffer.from(tag) }];
    const image = await assembleImage({ name: "app", files, entrypoint: ["/bin/app"] }, signal);
    const as = { repository: "app", tags: [tag] };
    await storeImage(layout, { from: image, repository: "any", reference: tag, as }, signal);
  }
}

const skopeo = (...args: string[]) => exec("skopeo", args);

/** Every byte of every image is read and verified. */
async function readAll(files: readonly [string, ...string[]]): Promise<string[]> {
  const archive = await openArchive(files);
  try {
    const names: string[] = [];
    for (const repository of archive.repositories()) {
      for (const tag of archive.tags(repository) ?? []) {
        const manifest = await archive.getManifest(repository, tag, signal);
        assert.ok(manifest.kind === "image");
        for (const blob of [manifest.config, ...manifest.layers]) {
          let size = 0;
          for await (const chunk of await archive.openBlob(repository, blob, signal)) size += (chunk as Buffer).length;
          assert.equal(size, blob.size);
        }
        names.push(`${repository}:${tag}@${manifest.digest}`);
      }
    }
    return names;
  } finally {
    await archive.close();
  }
}

judged("a docker archive that skopeo wrote is read with its links, plain and with gzip alike", () =>
  inFolder(async (folder) => {
    await layoutWith(join(folder, "layout"), "1");
    const tar = join(folder, "app.tar");
    await skopeo("copy", "--quiet", `oci:${join(folder, "layout")}:app:1`, `docker-archive:${tar}:quay.io/team/app:1`);
    const [plain] = await readAll([tar]);
    assert.match(plain ?? "", /^quay\.io\/team\/app:1@sha256:/);
    await exec("gzip", ["-k", tar]);
    assert.deepEqual(await readAll([`${tar}.gz`]), [plain]);
  }),
);

judged("a folder with a tar for each image and images-list.txt is read under the names of the list", () =>
  inFolder(async (folder) => {
    await layoutWith(join(folder, "layout"), "1", "2");
    const images = join(folder, "offline-images");
    await mkdir(images);
    for (const tag of ["1", "2"]) {
      await skopeo(
        "copy",
        "--quiet",
        `oci:${join(folder, "layout")}:app:${tag}`,
        `docker-archive:${join(images, `app_${tag}.tar`)}`,
      );
    }
    const lines = ["quay.io/team/app:1 -> app_1.tar", "mysql:8.0 -> offline-images/app_2.tar", ""];
    await writeFile(join(images, "images-list.txt"), lines.join("\n"));
    const names = (await readAll([images])).map((name) => name.split("@")[0]);
    assert.deepEqual(names, ["docker.io/library/mysql:8.0", "quay.io/team/app:1"]);
    await writeFile(join(images, "images-list.txt"), "a:1 -> ../layout/index.json\n");
    await assert.rejects(openArchive([images]), /leads out of it/);
  }),
);

judged("an archive of several images, as podman and docker save them, is read whole", () =>
  inFolder(async (folder) => {
    await layoutWith(join(folder, "layout"), "1", "2");
    const server = await serveLayout({ folder: join(folder, "layout"), listen: { host: "127.0.0.1", port: 0 } });
    const tar = join(folder, "both.tar");
    try {
      await writeFile(join(folder, "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
      for (const tag of ["1", "2"]) {
        const from = `docker://${server.host}/app:${tag}`;
        await skopeo(
          "copy",
          "--quiet",
          "--src-tls-verify=false",
          from,
          `docker-archive:${join(folder, tag)}.tar:app:${tag}`,
        );
        await mkdir(join(folder, "merged"), { recursive: true });
        await exec("tar", [
          "-xf",
          `${join(folder, tag)}.tar`,
          "-C",
          join(folder, "merged"),
          "--exclude=manifest.json",
          "--exclude=repositories",
        ]);
        await exec("tar", ["-xf", `${join(folder, tag)}.tar`, "-O", "manifest.json"]).then(({ stdout }) =>
          writeFile(join(folder, `${tag}.json`), stdout),
        );
      }
    } finally {
      await server.close();
    }
    const { readFile } = await import("node:fs/promises");
    const lists = await Promise.all(
      ["1", "2"].map(async (tag) => JSON.parse(await readFile(join(folder, `${tag}.json`), "utf8"))),
    );
    await writeFile(join(folder, "merged", "manifest.json"), JSON.stringify(lists.flat()));
    await exec("tar", ["-cf", tar, "-C", join(folder, "merged"), "."]);
    assert.deepEqual(
      (await readAll([tar])).map((name) => name.split("@")[0]),
      ["docker.io/library/app:1", "docker.io/library/app:2"],
    );
  }),
);

test.run();
