import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { assembleImage, type ImageSpec } from "../../src/oci/assemble/index.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { openLayout, storeImage } from "../../src/oci/layout/index.ts";
import { serveLayout } from "../../src/oci/server/index.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { inFolder, withRegistry } from "./temporary.ts";

const exec = promisify(execFile);
const judged = requires(test, missingCommand("skopeo"));
const signal = new AbortController().signal;

async function skopeo(...args: string[]): Promise<Buffer> {
  return (await exec("skopeo", args, { encoding: "buffer" })).stdout;
}

const spec: ImageSpec = {
  name: "the test image",
  files: [
    { path: "etc/greeting", source: Buffer.from("hello\n") },
    { path: "bin/app", source: Buffer.from("amd64"), mode: "executable", platforms: ["linux/amd64"] },
    { path: "bin/app", source: Buffer.from("arm64"), mode: "executable", platforms: ["linux/arm64/v8"] },
  ],
  platforms: ["linux/amd64", "linux/arm64/v8"],
  labels: { "org.example.kind": "test" },
  entrypoint: ["/bin/app"],
};

async function storeIn(folder: string, of: ImageSpec, repository: string, tag: string) {
  const image = await assembleImage(of, signal);
  const request = { from: image, repository: "any", reference: tag, as: { repository, tags: [tag] } };
  await storeImage(await openLayout(folder), request, signal);
  return image;
}

judged("skopeo reads an image of several platforms from the folder by repository and tag", () =>
  inFolder(async (folder) => {
    const image = await storeIn(folder, spec, "team/app", "1.0");
    await storeIn(folder, { ...spec, labels: {} }, "team/other", "1.0");
    const raw = await skopeo("inspect", "--raw", `oci:${folder}:team/app:1.0`);
    assert.equal(digestOf(raw), image.digest);
    const config = JSON.parse((await skopeo("inspect", "--config", `oci:${folder}:team/app:1.0`)).toString());
    assert.deepEqual(config.config, { Entrypoint: ["/bin/app"], Labels: { "org.example.kind": "test" } });
  }),
);

judged("skopeo reads a manifest that has no tag from the folder by repository and digest", () =>
  inFolder(async (folder) => {
    const image = await storeIn(folder, spec, "team/app", "1.0");
    await (await openLayout(folder)).deleteTag("team/app", "1.0");
    const raw = await skopeo("inspect", "--raw", `oci:${folder}:team/app@${image.digest}`);
    assert.equal(digestOf(raw), image.digest);
  }),
);

for (const mediaTypes of ["oci", "docker"] as const) {
  judged(`skopeo copies an index in ${mediaTypes} form out of the registry and back, digests unchanged`, () =>
    withRegistry(async ({ host, layout }, folder) => {
      const image = await assembleImage({ ...spec, mediaTypes }, signal);
      const as = { repository: "team/app", tags: ["1"] };
      await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
      const from = `docker://${host}/team/app:1`;
      await inFolder(async (other) => {
        const kept = `dir:${join(other, "kept")}`;
        const keep = ["copy", "--quiet", "--all", "--preserve-digests"];
        await skopeo(...keep, "--src-tls-verify=false", from, kept);
        await skopeo(...keep, "--dest-tls-verify=false", kept, `docker://${host}/from/skopeo:2`);
      });
      const raw = await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${host}/from/skopeo:2`);
      assert.equal(digestOf(raw), image.digest);
      assert.deepEqual(layout.tags("from/skopeo"), ["2"]);
      assert.equal((await openLayout(folder)).repositories().length, 2);
    }),
  );
}

judged("skopeo pushes into the registry, and deletes from it", () =>
  inFolder(async (other) => {
    await storeIn(join(other, "source"), { ...spec, platforms: ["linux/amd64"] }, "app", "1");
    await withRegistry(async ({ host, layout }) => {
      const to = `docker://${host}/app:1`;
      await skopeo("copy", "--quiet", "--dest-tls-verify=false", `oci:${join(other, "source")}:app:1`, to);
      assert.deepEqual(layout.tags("app"), ["1"]);
      await skopeo("delete", "--tls-verify=false", to);
      assert.equal(layout.tags("app"), undefined);
    });
  }),
);

judged("a folder that skopeo wrote is a layout whose images are read and served", () =>
  inFolder(async (folder) => {
    await storeIn(join(folder, "source"), spec, "app", "1");
    const source = `oci:${join(folder, "source")}:app:1`;
    const theirs = join(folder, "theirs");
    await skopeo("copy", "--quiet", "--all", "--preserve-digests", source, `oci:${theirs}:quay.io/app:1`);
    await skopeo("copy", "--quiet", "--all", "--preserve-digests", source, `oci:${theirs}:plain`);

    const registry = await serveLayout({ folder: theirs, listen: { host: "127.0.0.1", port: 0 } });
    try {
      assert.deepEqual(registry.layout.repositories(), ["", "quay.io/app"]);
      const index = await registry.layout.getManifest("", "plain", signal);
      assert.ok(index.kind === "index" && index.manifests[0]);
      assert.equal((await registry.layout.getManifest("", index.manifests[0].digest, signal)).kind, "image");
      const served = `docker://${registry.host}/quay.io/app:1`;
      await skopeo("copy", "--quiet", "--all", "--src-tls-verify=false", served, `dir:${join(folder, "out")}`);
    } finally {
      await registry.close();
    }
  }),
);

test.run();
