import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { failureOf } from "../../../src/failure/index.ts";
import { openArchive, verifyArchive } from "../../../src/oci/archive/index.ts";
import { assembleImage } from "../../../src/oci/assemble/index.ts";
import { openLayout, storeImage } from "../../../src/oci/layout/index.ts";
import { serveLayout } from "../../../src/oci/server/index.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { inFolder } from "../temporary.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const judged = requires(test, missingCommand("skopeo"));
const skopeo = (...args: readonly string[]) => exec("skopeo", args);

/** An image of two platforms in a layout, under `app:1`; gives its digest. */
async function layoutWith(folder: string): Promise<string> {
  const layout = await openLayout(folder);
  const files = [{ path: "etc/name", source: Buffer.from("app") }];
  const platforms = ["linux/amd64", "linux/arm64"] as const;
  const image = await assembleImage({ name: "app", files, platforms, entrypoint: ["/a"] }, signal);
  const as = { repository: "app", tags: ["1"] };
  await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
  return image.digest;
}

/** The images of a folder, all of whose bytes are read. */
async function imagesOf(folder: string): Promise<string[]> {
  const archive = await openArchive([folder]);
  try {
    const { failures } = await verifyArchive(archive, { signal, onBytes: () => {} });
    if (failures[0] !== undefined) throw new Error(failures[0].code);
    return archive.catalogues.flatMap(({ repositories }) =>
      [...repositories].flatMap(([name, { manifests, tags }]) =>
        [...manifests.keys()].map((digest) => `${name}:${[...tags.keys()].join()}@${digest}`),
      ),
    );
  } finally {
    await archive.close();
  }
}

judged("an index that skopeo copied to dir: is read whole, with its digest", () =>
  inFolder(async (folder) => {
    const digest = await layoutWith(join(folder, "layout"));
    const to = join(folder, "copied");
    await skopeo("copy", "--quiet", "--all", "--preserve-digests", `oci:${join(folder, "layout")}:app:1`, `dir:${to}`);
    assert.deepEqual(await imagesOf(to), [`copied:@${digest}`]);
  }),
);

judged("what skopeo sync wrote is read under the names of its folders, host and all", () =>
  inFolder(async (folder) => {
    const digest = await layoutWith(join(folder, "layout"));
    const { host, close } = await serveLayout({
      folder: join(folder, "layout"),
      listen: { host: "127.0.0.1", port: 0 },
    });
    const to = join(folder, "synced");
    try {
      const sync = ["sync", "--all", "--scoped", "--src-tls-verify=false", "--src", "docker", "--dest", "dir"];
      await skopeo(...sync, `${host}/app`, to);
    } finally {
      await close();
    }
    assert.deepEqual(await imagesOf(to), [`${host}/app:1@${digest}`]);
  }),
);

judged("a file of it that is cut, changed, gone or a link is told", () =>
  inFolder(async (folder) => {
    await layoutWith(join(folder, "layout"));
    const to = join(folder, "copied");
    const copy = () => skopeo("copy", "--quiet", "--all", `oci:${join(folder, "layout")}:app:1`, `dir:${to}`);
    await copy();
    const codeOf = (): Promise<string> =>
      imagesOf(to).then(
        () => "none",
        (error: unknown) =>
          (error as Error).message.split(" ").length === 1 ? (error as Error).message : failureOf(error).code,
      );
    const names = (await readdir(to)).filter((name) => name !== "version");
    assert.ok(names.length >= 6, names.join());
    for (const name of names) {
      const path = join(to, name);
      await writeFile(path, "cut");
      assert.match(await codeOf(), /^(?:archive|oci)\//, `${name} cut`);
      await rm(path);
      // An index may be there without the images of some platforms.
      if (!/^[0-9a-f]+\.manifest\.json$/.test(name)) {
        assert.match(await codeOf(), /^(?:archive|oci|registry)\//, `${name} gone`);
      }
      await symlink("/etc/passwd", path);
      assert.match(await codeOf(), /^archive\//, `${name} a link`);
      await rm(to, { recursive: true });
      await copy();
      assert.equal(await codeOf(), "none");
    }
  }),
);

test.run();
