import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { assembleImage, serveLayout, storeImage } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { runMirror } from "../rig/cli.ts";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";

const signal = new AbortController().signal;
const both = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

const configOf = (upstream: string, target: string): string => `version: 1
registries:
  target: { type: oci, host: "${target}" }
images:
  mysql: { from: "${upstream}/library/mysql", version: "8.0" }
  app: { from: "${upstream}/team/app", version: "1.2" }
targets:
  harbor: { registry: target, images: ["*"], as: "mirror/\${name}:\${tag}", platforms: [linux/amd64] }
`;

for (const gzip of [[], ["--gzip"]] as const) {
  const how = gzip.length === 0 ? "plain" : "with gzip";
  both(
    `one machine's run writes offline-images and images-list.txt ${how}, another's without the network publishes them`,
    () =>
      inFolder(async (folder) => {
        const upstream = await serveLayout({
          folder: join(folder, "upstream"),
          listen: { host: "127.0.0.1", port: 0 },
        });
        const digests = new Map<string, string>();
        for (const [name, tag, platforms] of [
          ["library/mysql", "8.0", undefined],
          ["team/app", "1.2", ["linux/amd64", "linux/arm64"]],
        ] as const) {
          const files = [{ path: "etc/name", source: Buffer.from(name) }];
          const image = await assembleImage(
            { name, files, entrypoint: ["/a"], ...(platforms && { platforms }) },
            signal,
          );
          const as = { repository: name, tags: [tag] };
          await storeImage(upstream.layout, { from: image, repository: "any", reference: tag, as }, signal);
          digests.set(name, image.digest);
        }
        const one = join(folder, "one");
        const two = join(folder, "two");
        const target = await startDockerRegistry();
        assert.ok(target);
        try {
          const config = configOf(upstream.host, target.host);
          await mkdir(one);
          await writeFile(join(one, "mirror.config.yaml"), config);
          const save = ["save", "--to", "offline-images", "--format", "docker-archive", ...gzip];
          const saved = await runMirror(save, { cwd: one });
          assert.equal(saved.code, 0, saved.stdout + saved.stderr);
          const ending = gzip.length === 0 ? ".tar" : ".tar.gz";
          assert.deepEqual((await readdir(join(one, "offline-images"))).sort(), [
            `app_1.2${ending}`,
            "images-list.txt",
            `mysql_8.0${ending}`,
          ]);
          const list = await readFile(join(one, "offline-images", "images-list.txt"), "utf8");
          assert.ok(list.includes(`${upstream.host}/library/mysql:8.0 -> mysql_8.0${ending}\n`), list);
          assert.ok(!(await readdir(one)).includes("offline-images.gathered.tar"));

          await upstream.close();
          await cp(join(one, "offline-images"), join(two, "offline-images"), { recursive: true });
          await writeFile(join(two, "mirror.config.yaml"), config);
          const loaded = await runMirror(["load", "offline-images", "--target", "harbor"], { cwd: two });
          assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
          assert.equal(await rawDigest(`${target.host}/mirror/mysql:8.0`), digests.get("library/mysql"));
          assert.match(await rawDigest(`${target.host}/mirror/app:1.2`), /^sha256:/);
        } finally {
          await upstream.close().catch(() => {});
          await target.stop();
        }
      }),
  );
}

test.run();
