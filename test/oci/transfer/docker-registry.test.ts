import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { test } from "uvu";
import { createRegistry, createTransfer, digestOf, parsePlatform } from "../../../src/oci/index.ts";
import { type DockerRegistry, registryUser, startDockerRegistry } from "../../rig/docker-registry.ts";
import { findCommand, missingCommand, requires } from "../../rig/skip.ts";
import { pushImage, pushMultiArch } from "../pushed-images.ts";

const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));
const never = new AbortController().signal;

async function start(auth: "none" | "basic"): Promise<DockerRegistry> {
  const server = await startDockerRegistry({ auth });
  assert.ok(server !== undefined);
  return server;
}

async function inspectRaw(reference: string): Promise<Buffer> {
  const { username, password } = registryUser;
  const options = ["inspect", "--raw", "--tls-verify=false", "--creds", `${username}:${password}`];
  const skopeo = findCommand("skopeo") ?? "skopeo";
  const { stdout } = await promisify(execFile)(skopeo, [...options, `docker://${reference}`], { encoding: "buffer" });
  return stdout;
}

integration("images arrive in a real registry that wants a password, each blob once, as skopeo sees", async () => {
  const [from, to] = await Promise.all([start("none"), start("basic")]);
  const source = createRegistry({ host: from.host });
  const credentials = async () => ({ kind: "basic", ...registryUser }) as const;
  const registry = createRegistry({ host: to.host, credentials });
  const shared = randomBytes(3_000_000);
  const images = await Promise.all([
    pushMultiArch(source, "src/app0", "v1", shared),
    ...[1, 2, 3].map((i) => pushImage(source, `src/app${i}`, { layers: [shared, randomBytes(1000)], tag: "v1" })),
  ]);
  const transfer = createTransfer();
  const copyAll = (over = transfer) =>
    Promise.all(
      images.map(({ digest }, i) =>
        over.copy({
          from: { source, repository: `src/app${i}`, digest },
          to: { registry, repository: `dst/app${i}`, tag: "v1" },
          platforms: "all",
          tags: "mutable",
          stopping: never,
          killed: never,
        }),
      ),
    );
  await copyAll();
  for (const [i, { digest }] of images.entries()) {
    assert.equal(digestOf(await inspectRaw(`${to.host}/dst/app${i}:v1`)), digest);
  }
  const stored = (await to.accessLog()).filter(({ method, path }) => method === "PUT" && path.includes("uploads"));
  const uploads = stored.map(({ path }) => /digest=([^&]+)/.exec(path)?.[1]);
  assert.equal(new Set(uploads).size, uploads.length);

  const before = (await to.accessLog()).length;
  const again = await copyAll(createTransfer());
  assert.ok(again.every(({ changed }) => !changed));
  // One request for each image; the client knows by now that there is a password to send.
  assert.equal((await to.accessLog()).length - before, images.length);
  await Promise.all([from.stop(), to.stop()]);
});

integration("a trimmed index is whole: skopeo copies it out again", async () => {
  const [from, to] = await Promise.all([start("none"), start("basic")]);
  const source = createRegistry({ host: from.host });
  const registry = createRegistry({ host: to.host, credentials: async () => ({ kind: "basic", ...registryUser }) });
  const index = await pushMultiArch(source, "src/app", "v1", randomBytes(10_000));
  const result = await createTransfer().copy({
    from: { source, repository: "src/app", digest: index.digest },
    to: { registry, repository: "dst/app", tag: "v1" },
    platforms: [parsePlatform("linux/arm64")],
    tags: "mutable",
    stopping: never,
    killed: never,
  });
  const raw = await inspectRaw(`${to.host}/dst/app:v1`);
  assert.equal(digestOf(raw), result.digest);
  const { manifests } = JSON.parse(raw.toString()) as { manifests: { digest: string }[] };
  assert.deepEqual(manifests.length, 2);
  assert.equal(manifests[0]?.digest, index.children.arm64);
  await Promise.all([from.stop(), to.stop()]);
});

test.run();
