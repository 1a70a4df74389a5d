import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { assembleImage, openLayout, storeImage } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { certificateFor } from "../rig/certificate.ts";
import { containerTools } from "../rig/container-tools/index.ts";
import { registryUser } from "../rig/docker-registry.ts";
import { serving } from "../rig/serving.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** The programs that run containers, each with images of its own, as clients of `mirror serve`. */
const exec = promisify(execFile);
const signal = new AbortController().signal;
const platforms = ["linux/amd64", "linux/arm64"] as const;
const images = [
  { repository: "docker.io/library/app", short: "library/app:1", spec: {} },
  { repository: "quay.io/team/several", short: "team/several:1", spec: { platforms } },
  { repository: "ghcr.io/team/docker", short: "team/docker:1", spec: { mediaTypes: "docker" } },
] as const;

interface Expected {
  /** As a client writes it after the host. */
  readonly name: string;
  readonly manifest: string;
  readonly config: string;
}

/** Makes `release.tar` in the folder; gives each image by its whole name and by the one without its host. */
async function makeArchive(folder: string): Promise<Expected[]> {
  const layout = await openLayout(join(folder, "layout"));
  const expected: Expected[] = [];
  for (const { repository, short, spec } of images) {
    const files = [{ path: "etc/name", source: Buffer.from(repository) }];
    const image = await assembleImage({ name: repository, files, entrypoint: ["/a"], ...spec }, signal);
    const as = { repository, tags: ["1"] };
    await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
    const config = await configIn(join(folder, "layout"), repository, "1");
    for (const name of [`${repository}:1`, short]) expected.push({ name, manifest: image.digest, config });
  }
  const parts = ["oci-layout", "index.json", "blobs"];
  await exec("tar", ["-cf", join(folder, "release.tar"), "-C", join(folder, "layout"), ...parts]);
  return expected;
}

/** The config of an image of a layout, for linux/amd64. */
async function configIn(folder: string, repository: string, tag: string): Promise<string> {
  const layout = await openLayout(folder);
  const top = await layout.getManifest(repository, tag, signal);
  if (top.kind === "image") return top.config.digest;
  const entry = top.manifests.find(({ platform }) => platform?.architecture === "amd64");
  const image = await layout.getManifest(repository, entry?.digest ?? "", signal);
  return image.kind === "image" ? image.config.digest : "";
}

for (const [name, start] of containerTools) {
  const tool = await start();
  const uses = requires(test, typeof tool === "string" ? tool : undefined);
  const usesTls = requires(uses, missingCommand("openssl"));
  if (typeof tool !== "string") test.after(tool.stop);

  uses(`${name} pulls from an archive, by whole and by short names, what has the digests of before`, () =>
    inFolder(async (folder) => {
      if (typeof tool === "string") return;
      const expected = await makeArchive(folder);
      await serving(folder, ["release.tar"], async (host) => {
        for (const { name, manifest, config } of expected) {
          await tool.pull({ host }, name);
          assert.deepEqual(await tool.held(`${host}/${name}`), { manifest, config }, name);
        }
      });
    }),
  );

  uses(`${name} pulls by the names of Docker Hub, with the archive as its mirror`, () =>
    inFolder(async (folder) => {
      if (typeof tool === "string") return;
      const [app] = await makeArchive(folder);
      await serving(folder, ["release.tar"], async (host, { output }) => {
        await tool.pullFromMirror(host, "library/app:1");
        assert.match(output(), /\/v2\/library\/app\/manifests\/\S+ {2}200/);
      });
      assert.equal((await tool.held("docker.io/library/app:1")).config, app?.config);
    }),
  );

  usesTls(`${name} pushes to a folder and pulls from it, over TLS with a password, and not without`, () =>
    inFolder(async (folder) => {
      if (typeof tool === "string") return;
      const [app] = await makeArchive(folder);
      await serving(folder, ["release.tar"], (host) =>
        tool.pull({ host }, "library/app:1").then(async () => {
          await tool.tag(`${host}/library/app:1`, "docker.io/library/app:2");
        }),
      );
      const { key, cert } = await certificateFor("127.0.0.1");
      await mkdir(join(folder, "certs"));
      const ca = join(folder, "certs", "ca.crt");
      await writeFile(ca, cert);
      await writeFile(join(folder, "key.pem"), key);
      await writeFile(join(folder, "users"), "mirror:$2b$04$Gbwr.dUwbfTKGGpon9CnFOv5i7Ra5X1B8VwqbLjQaPZaFoctgRiyC\n");
      const args = ["images", "--tls-cert", ca, "--tls-key", "key.pem", "--auth", "users"];
      await serving(folder, args, async (host) => {
        await tool.tag("docker.io/library/app:2", `${host}/pushed:3`);
        await assert.rejects(tool.push({ host, ca }, "pushed:3"));
        await tool.push({ host, ca, user: registryUser }, "pushed:3");
        await tool.pull({ host, ca, user: registryUser }, "pushed:3");
        assert.equal((await tool.held(`${host}/pushed:3`)).config, app?.config);
      });
      assert.equal(await configIn(join(folder, "images"), "pushed", "3"), app?.config);
    }),
  );
}

test.run();
