import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { assembleImage, serveLayout, storeImage } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { runMirror } from "../rig/cli.ts";
import { type ContainerTool, containerTools } from "../rig/container-tools/index.ts";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** Tars that go between mirror and the programs that run containers, both ways. */
const signal = new AbortController().signal;
const images = {
  app: {},
  several: { platforms: ["linux/amd64", "linux/arm64"] },
  docker: { mediaTypes: "docker" },
} as const;

interface Saved {
  /** `mirror save --format docker-archive` has made it. */
  readonly folder: string;
  /** The image of linux/amd64, by the name of all its tags. */
  readonly digests: ReadonlyMap<string, { readonly manifest: string; readonly config: string }>;
  readonly host: string;
}

/** A registry with a few images, and what `mirror save` makes of it; the registry is gone then. */
async function saved(folder: string, ...gzip: readonly string[]): Promise<Saved> {
  const listen = { host: "127.0.0.1", port: 0 } as const;
  const { layout, host, close } = await serveLayout({ folder: join(folder, "upstream"), listen });
  const digests = new Map<string, { manifest: string; config: string }>();
  try {
    for (const [name, spec] of Object.entries(images)) {
      const files = [{ path: "etc/name", source: Buffer.from(name) }];
      const image = await assembleImage({ name, files, entrypoint: ["/a"], ...spec }, signal);
      const as = { repository: `team/${name}`, tags: ["1"] };
      await storeImage(layout, { from: image, repository: "any", reference: "1", as }, signal);
      const top = await layout.getManifest(`team/${name}`, "1", signal);
      const of = top.kind === "image" ? undefined : top.manifests.find((one) => one.platform?.architecture === "amd64");
      const own = of === undefined ? top : await layout.getManifest(`team/${name}`, of.digest, signal);
      assert.ok(own.kind === "image");
      digests.set(`${host}/team/${name}:1`, { manifest: own.digest, config: own.config.digest });
    }
    await writeFile(join(folder, "mirror.config.yaml"), configOf(host, "127.0.0.1:1"));
    const to = join(folder, "offline-images");
    const { code, stdout, stderr } = await runMirror(["save", "--to", to, "--format", "docker-archive", ...gzip], {
      cwd: folder,
    });
    assert.equal(code, 0, stdout + stderr);
    return { folder: to, digests, host };
  } finally {
    await close();
  }
}

const configOf = (upstream: string, target: string): string => `version: 1
registries: { target: { type: oci, host: "${target}" } }
images:
${Object.keys(images)
  .map((name) => `  ${name}: { from: "${upstream}/team/${name}", version: "1" }\n`)
  .join("")}targets:
  target: { registry: target, images: ["*"], as: "all/\${name}:\${tag}", platforms: [linux/amd64] }
`;

const fileOf = ({ folder }: Saved, name: string): string => join(folder, `${/([^/]+):1$/.exec(name)?.[1]}_1.tar`);

async function loadAll(tool: ContainerTool, from: Saved): Promise<void> {
  for (const name of from.digests.keys()) await tool.load(fileOf(from, name));
}

for (const [program, start] of containerTools) {
  const tool = await start();
  const uses = requires(test, typeof tool === "string" ? tool : undefined);
  const publishes = requires(uses, missingCommand("docker-registry"));
  if (typeof tool !== "string") test.after(tool.stop);

  uses(`${program} loads each tar of mirror save --format docker-archive, by its name, with the digests it had`, () =>
    inFolder(async (folder) => {
      if (typeof tool === "string") return;
      const from = await saved(folder);
      await loadAll(tool, from);
      for (const [name, { manifest, config }] of from.digests) {
        const held = await tool.held(name);
        assert.equal(held.config, config, name);
        // Docker's own store knows no manifest of what was loaded.
        if (held.manifest !== undefined) assert.equal(held.manifest, manifest, name);
      }
    }),
  );

  publishes(`what ${program} writes of several images into one tar is published by mirror load`, () =>
    inFolder(async (folder) => {
      if (typeof tool === "string") return;
      const from = await saved(folder);
      await loadAll(tool, from);
      const tar = join(folder, "several.tar");
      await tool.save(tar, [...from.digests.keys()]);
      const target = await startDockerRegistry();
      assert.ok(target);
      try {
        const elsewhere = join(folder, "elsewhere");
        await mkdir(elsewhere);
        await writeFile(join(elsewhere, "mirror.config.yaml"), configOf(from.host, target.host));
        const { code, stdout, stderr } = await runMirror(["load", tar, "--target", "target"], { cwd: elsewhere });
        assert.equal(code, 0, stdout + stderr);
        for (const [name, { config }] of from.digests) {
          const published = name.replace(/.*\/([^/]+)$/, "all/$1").replace(":", "/manifests/");
          const accept =
            "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
          const answer = await fetch(`http://${target.host}/v2/${published}`, { headers: { accept } });
          assert.equal(((await answer.json()) as { config: { digest: string } }).config.digest, config, name);
        }
      } finally {
        await target.stop();
      }
    }),
  );
}

test.run();
