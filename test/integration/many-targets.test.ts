import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { runMirror, startMirror, waitFor, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { imageSet, uniqueBlobs } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { startScriptedRegistry } from "../rig/scripted-registry.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { rawDigest } from "../rig/skopeo.ts";

/** Six images go to two registries and into an archive in one run; how often the source was read is what its log says. */
const set = imageSet({ seed: "many targets", count: 6, stacks: 2, layerBytes: 2_000_000 });
const blobs = uniqueBlobs(set.map(({ image }) => image));
const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

integration("two registries and an archive: each blob is read from the source once", async () => {
  await withRegistries(async ({ source, one, two }) => {
    const place = await workspace(configText(source.host, { one: one.host, two: two.host }, "file"));
    const before = (await source.accessLog()).length;
    const { code, stdout, stderr } = await runMirror(["run"], { cwd: place.folder });
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(readsOf(source, before), new Map(blobs.map(({ digest }) => [digest, 1])));
    for (const { host } of [one, two]) {
      for (const { repository, tag, image } of set) {
        assert.equal(await rawDigest(`${host}/${repository}:${tag}`), image.top.digest);
      }
    }
    const verified = await runMirror(["archive", "verify", "out.tar"], { cwd: place.folder });
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    assert.deepEqual(await readdir(join(place.folder, ".mirror", "spool")), []);
    await place.remove();
  });
});

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGKILL", undefined],
] as const) {
  integration(`${signal} while a registry hangs leaves nothing of the blobs on the disk`, async () => {
    await withRegistries(async ({ source, one }) => {
      const hanging = await startScriptedRegistry({
        script: ({ method, path }) =>
          method === "POST" && path.includes("uploads") ? { status: 202, delayMs: 60_000 } : undefined,
      });
      const place = await workspace(configText(source.host, { one: one.host, two: hanging.host }, "no file"));
      const running = startMirror(["run"], { cwd: place.folder });
      const waits = (): boolean => hanging.log.length > 0 && one.linesSoFar().some(({ method }) => method === "PUT");
      await waitFor("both registries to be at work", waits).catch((error: Error) =>
        assert.fail(`${error.message}\n${running.output()}`),
      );
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      assert.equal(code, expected, stdout + stderr);
      assert.deepEqual(await readdir(join(place.folder, ".mirror", "spool")), []);
      await hanging.stop();
      await place.remove();
    });
  });
}

interface Registries {
  readonly source: DockerRegistry;
  readonly one: DockerRegistry;
  readonly two: DockerRegistry;
}

async function withRegistries(body: (registries: Registries) => Promise<void>): Promise<void> {
  const [source, one, two] = await Promise.all([startDockerRegistry(), startDockerRegistry(), startDockerRegistry()]);
  assert.ok(source && one && two);
  try {
    await pushImages(source.host, set);
    await body({ source, one, two });
  } finally {
    await Promise.all([source, one, two].map((registry) => registry.stop()));
  }
}

function readsOf(source: DockerRegistry, since: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method, path, status } of source.linesSoFar().slice(since)) {
    const digest = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1];
    if (method === "GET" && status < 300 && digest !== undefined) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  }
  return counts;
}

function configText(
  source: string,
  hosts: { readonly one: string; readonly two: string },
  also: "file" | "no file",
): string {
  const images = set.map(({ repository, tag }) => {
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return `  ${name}: { from: docker.io/${repository}, version: "${tag}" }`;
  });
  const archive = also === "file" ? "\n  usb: { type: archive, file: out.tar }" : "";
  const target = (name: string): string => `  ${name}: { registry: ${name}, images: ["*"], as: "\${path}:\${tag}" }`;
  return `version: 1
upstreams:
  docker.io: { host: "${source}", scheme: http }
registries:
  one: { type: oci, host: "${hosts.one}", scheme: http }
  two: { type: oci, host: "${hosts.two}", scheme: http }${archive}
images:
${images.join("\n")}
targets:
${["one", "two", ...(also === "file" ? ["usb"] : [])].map(target).join("\n")}
`;
}

test.run();
