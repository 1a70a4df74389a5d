import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import { type Config, readConfig } from "../../src/config/index.ts";
import {
  assembleImage,
  createRegistry,
  createTransfer,
  type ServedRegistry,
  serveLayout,
} from "../../src/oci/index.ts";
import { type Catalog, type CatalogEntry, startCatalog } from "../rig/catalog.ts";
import { runMirror } from "../rig/cli.ts";
import { outcomesOf } from "../rig/events.ts";

/**
 * The config of the top level, as it stands, with its environment pointing at loopback: everything it mirrors from
 * stands on one registry, its targets are others, and Red Hat's catalog is a stand-in that a test publishes in.
 */
const top = fileURLToPath(new URL("../../", import.meta.url));
const release = suite("release");
const idle = new AbortController().signal;
let folder = "";
/** A copy of what the config needs: a run writes its lock beside it. */
let place = "";
let upstream: ServedRegistry;
let harbor: ServedRegistry;
let hosted: ServedRegistry;
let catalog: Catalog;
let env: Record<string, string>;
let config: Config;

release.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-release-"));
  const serve = (name: string) => serveLayout({ folder: join(folder, name), listen: { host: "127.0.0.1", port: 0 } });
  [upstream, harbor, hosted] = [await serve("upstream"), await serve("harbor"), await serve("hosted")];
  catalog = await startCatalog();
  const hosts = ["DOCKER_IO_MIRROR", "QUAY_IO_MIRROR", "GCR_IO_MIRROR", "GHCR_IO_MIRROR"];
  env = {
    ...Object.fromEntries(hosts.map((name) => [name, upstream.host])),
    HARBOR_DOMAIN: harbor.host,
    HARBOR_USER: "robot$mlrun",
    HARBOR_PASSWORD: "never printed",
    QUAY_DOMAIN: hosted.host,
    RHCR_DOMAIN: hosted.host,
    RHCR_CATALOG: catalog.base,
  };
  place = join(folder, "place");
  for (const path of ["mirror.config.yaml", "examples/seldon", "tasks"]) {
    await cp(join(top, path), join(place, path), { recursive: true });
  }
  config = await readConfig({ path: join(place, "mirror.config.yaml"), env });
  await publishUpstream();
});

release.after(async () => {
  await Promise.all(
    [upstream, harbor, hosted, catalog].map((server) => ("stop" in server ? server.stop() : server.close())),
  );
  await rm(folder, { recursive: true });
});

release("a plan says for every image where it would go, and writes nothing", async () => {
  const { code, stdout } = await mirror("plan", "--target", "harbor", "--json");
  assert.equal(code, 0, stdout);
  const outcomes = outcomesOf(stdout, "copy:harbor/");
  assert.equal(outcomes.length, 30);
  assert.ok(outcomes.every((outcome) => outcome.kind === "done" && outcome.effect === "changed" && outcome.bytes > 0));
  assert.deepEqual(await harbor.layout.repositories(), []);
});

release("MLRun CE goes to Harbor, every image retagged below the project", async () => {
  const { code, stdout, stderr } = await mirror("run", "--target", "harbor");
  assert.equal(code, 0, stdout + stderr);
  assert.doesNotMatch(stdout, /never printed/);
  const repositories = await harbor.layout.repositories();
  assert.ok(repositories.every((name) => name.startsWith("mlrun/")));
  const tags = await Promise.all(
    repositories.map(async (name) => ((await harbor.layout.tags(name)) ?? []).map((tag) => `${name}:${tag}`)),
  );
  assert.equal(tags.flat().length, 30);
  for (const name of ["mlrun/mysql:8.0", "mlrun/mysql:5.7", "mlrun/postgres:16.2", "mlrun/busybox:stable"]) {
    assert.ok(tags.flat().includes(name), name);
  }
});

release("the certified bundle waits, run after run, until Red Hat has published every image", async () => {
  const before = await mirror("run", "build_push_cert");
  assert.equal(before.code, 4, before.stdout + before.stderr);
  assert.match(
    before.stdout,
    /published:certified +waiting for .*the certification of registry\.connect\.redhat\.com\/seldonio\/kubectl/,
  );
  assert.match(before.stdout, /build_push_cert +by published:certified/);

  const images = await pushedImages();
  for (const { repository, digest } of images) catalog.repositories.set(repository, [{ digest, published: true }]);
  catalog.repositories.set("seldonio/kubectl", unpublished(images));
  const certified = await mirror("run", "build_push_cert");
  assert.equal(certified.code, 4);
  assert.match(
    certified.stdout,
    /waiting for the publication of registry\.connect\.redhat\.com\/seldonio\/kubectl, since \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/,
  );
  assert.equal((await bundleTags()).length, 0, "no bundle while an image is unpublished");

  for (const { repository, digest } of images) catalog.repositories.set(repository, [{ digest, published: true }]);
  const published = await mirror("run", "build_push_cert");
  assert.equal(published.code, 0, published.stdout + published.stderr);
  assert.deepEqual(await bundleTags(), ["1.2.1"]);
  for (const { repository, digest } of images)
    assert.ok(published.stdout.includes(`${repository}@${digest}`), repository);
});

release("an image that is nowhere fails alone, and says where its version is declared", async () => {
  const repository = "ml-pipeline/frontend";
  await upstream.layout.deleteTag(repository, "1.8.3");
  const locked = await mirror("run", "--target", "harbor");
  assert.equal(locked.code, 0, "what the lock has is not asked for");
  await rm(join(place, "mirror.lock.yaml"));
  const { code, stdout } = await mirror("run", "--target", "harbor");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /mirror\.config\.yaml:\d+:\d+: error release\/not-found: frontend: gcr\.io has no gcr\.io\/ml-pipeline\/frontend:1\.8\.3/,
  );
  assert.match(stdout, /copy:harbor\/frontend +by pin:frontend/);
  assert.match(stdout, /failed: 1 of 60 \(pin:frontend\)/);
});

const mirror = (...args: string[]) => runMirror(args, { cwd: place, env });

/** Every image that the config names, as a small image of its own, under the host's repository and tag. */
async function publishUpstream(): Promise<void> {
  const client = createRegistry({ host: upstream.host });
  const transfer = createTransfer();
  for (const image of config.images.values()) {
    assert.ok(image.origin.kind === "upstream" && image.version.kind === "tag");
    const content = await assembleImage(
      {
        name: image.name,
        files: [{ path: "name", source: Buffer.from(image.name) }],
        platforms: ["linux/amd64", "linux/arm64"],
      },
      idle,
    );
    await transfer.copy({
      from: { source: content, repository: image.name, digest: content.digest },
      to: { registry: client, repository: image.origin.repository, tag: image.version.tag },
      platforms: "all",
      tags: "mutable",
      stopping: idle,
      killed: idle,
    });
  }
  client.close();
}

/** The certified images as they stand in the hosted repositories of their components. */
async function pushedImages(): Promise<{ repository: string; digest: string }[]> {
  const target = config.targets.get("certified");
  const client = createRegistry({ host: hosted.host });
  const found = await Promise.all(
    (target?.entries ?? []).map(async ({ as, component, image }) => {
      const version = config.images.get(image)?.version;
      assert.ok(version?.kind === "tag");
      const head = await client.headManifest(`redhat-isv-containers/${component}`, version.tag, idle);
      assert.ok(head, image);
      return { repository: `seldonio/${as}`, digest: head.digest };
    }),
  );
  client.close();
  return found;
}

function unpublished(images: readonly { repository: string; digest: string }[]): CatalogEntry[] {
  const kubectl = images.find(({ repository }) => repository === "seldonio/kubectl");
  return kubectl === undefined ? [] : [{ digest: kubectl.digest, published: false }];
}

async function bundleTags(): Promise<string[]> {
  return [...((await hosted.layout.tags("redhat-isv-containers/65f0c2a1b3d4e5f607182942")) ?? [])];
}

release.run();
