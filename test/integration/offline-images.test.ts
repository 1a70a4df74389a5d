import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { assembleImage, serveLayout, storeImage } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { runMirror } from "../rig/cli.ts";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { startHarbor } from "../rig/harbor.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";

const signal = new AbortController().signal;
const both = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

const PASSWORD = "Harbor12345";
const configOf = (upstream: string, target: string): string => `version: 1
registries:
  harbor:
    type: harbor
    host: "${target}"
    project: mlrun
    createProject: private
    auth: { username: admin, password: "\${env:HARBOR_PASSWORD}" }
images:
  mysql: { from: "${upstream}/library/mysql", version: "8.0" }
  app: { from: "${upstream}/team/app", version: "1.2" }
targets:
  harbor: { registry: harbor, images: ["*"], as: "\${name}:\${tag}", platforms: [linux/amd64] }
`;

for (const gzip of [[], ["--gzip"]] as const) {
  const how = gzip.length === 0 ? "plain" : "with gzip";
  both(`one machine's run writes offline-images and images-list.txt ${how}, another's publishes them to Harbor`, () =>
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
        const image = await assembleImage({ name, files, entrypoint: ["/a"], ...(platforms && { platforms }) }, signal);
        const as = { repository: name, tags: [tag] };
        await storeImage(upstream.layout, { from: image, repository: "any", reference: tag, as }, signal);
        const top = await upstream.layout.getManifest(name, tag, signal);
        const own =
          top.kind === "index" ? top.manifests.find((entry) => entry.platform?.architecture === "amd64") : top;
        assert.ok(own);
        digests.set(name, own.digest);
      }
      const one = join(folder, "one");
      const two = join(folder, "two");
      const storage = await startDockerRegistry();
      assert.ok(storage);
      const harbor = await startHarbor({
        storage: storage.host,
        accounts: { admin: { password: PASSWORD, role: "admin" } },
      });
      try {
        const config = configOf(upstream.host, harbor.host);
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
        assert.deepEqual(harbor.log, [], "the first machine does not reach Harbor");
        const load = () =>
          runMirror(["load", "offline-images", "--target", "harbor"], {
            cwd: two,
            env: { HARBOR_PASSWORD: PASSWORD },
          });
        const loaded = await load();
        assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
        assert.deepEqual([...harbor.projects], [["mlrun", { public: false }]]);
        assert.equal(await rawDigest(`${storage.host}/mlrun/mysql:8.0`), digests.get("library/mysql"));
        assert.equal(await rawDigest(`${storage.host}/mlrun/app:1.2`), digests.get("team/app"));
        const again = await load();
        assert.match(again.stdout, /nothing left to do: 2 up to date, 0 bytes moved/);
      } finally {
        await upstream.close().catch(() => {});
        await harbor.stop();
        await storage.stop();
      }
    }),
  );
}

test.run();
