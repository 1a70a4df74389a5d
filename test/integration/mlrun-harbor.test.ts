import assert from "node:assert/strict";
import { suite } from "uvu";
import { parseReference } from "../../src/oci/index.ts";
import { seededLayer } from "../rig/blob.ts";
import { startChartServer } from "../rig/chart-repository.ts";
import { runMirror, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf } from "../rig/events.ts";
import { startHarbor } from "../rig/harbor.ts";
import { singleImage } from "../rig/images.ts";
import { mlrunConfig, mlrunDependencies, noMlrunCharts } from "../rig/mlrun-charts.ts";
import { pushImage } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** The real chart, from git to Harbor: small images stand in for the real ones, under all their names. */
const all = suite("MLRun CE to Harbor");
const toHarbor = requires(all, missingCommand("git"), missingCommand("docker-registry"), noMlrunCharts());
const accounts = { robot$ci: { password: "secret", role: "admin" } } as const;

for (const as of [`\${path}:\${tag}`, "flat"]) {
  toHarbor(`under ${as}, one image fails once and is tried again, one fails always, and 41 arrive`, () => publish(as));
}

async function publish(as: string): Promise<void> {
  const server = await startChartServer(await mlrunDependencies());
  const [source, storage] = [await startDockerRegistry(), await startDockerRegistry()];
  assert.ok(source && storage);
  const harbor = await startHarbor({ storage: storage.host, accounts });
  const registry = `{ type: harbor, host: "${harbor.host}", project: mlrun, auth: { username: robot$ci, password: "\${env:PASSWORD}" } }`;
  const config = (upstreams: string) => `${mlrunConfig({ server: server.url, registry, as })}${upstreams}`;
  const place = await workspace(config(""));
  const run = (...args: string[]) =>
    runMirror(args, { cwd: place.folder, env: { PASSWORD: accounts.robot$ci.password } });
  try {
    const references = (await run("images", "mlrun-ce", "--plain")).stdout.trim().split("\n").map(parseReference);
    assert.equal(references.length, 42);
    await place.write("mirror.config.yaml", config(await stock(source, references)));
    const name = (path: string) => `mlrun/${as === "flat" ? path.slice(path.lastIndexOf("/") + 1) : path}`;
    harbor.failing.set(name("minio/minio"), 1);
    harbor.failing.set(name("ml-pipeline/frontend"), Number.POSITIVE_INFINITY);
    const { code, stdout } = await run("run", "--target", "harbor", "--json");
    assert.equal(code, 1, stdout.slice(-2000));
    const settled = eventsOf(stdout).flatMap((event) =>
      event.type === "node-settled" && event.id.startsWith("copy:") ? [event] : [],
    );
    assert.equal(settled.filter(({ outcome }) => outcome.kind === "done").length, 41);
    const failed = settled.filter(({ outcome }) => outcome.kind === "failed");
    assert.deepEqual(
      failed.map(({ id }) => id),
      ["copy:harbor/frontend"],
    );
    assert.ok(eventsOf(stdout).some((event) => event.type === "node-retrying" && event.id === "copy:harbor/minio"));
    for (const { repository, tag } of references) {
      const answer = await fetch(`http://${storage.host}/v2/${name(repository)}/manifests/${tag}`, {
        method: "HEAD",
        headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
      });
      assert.equal(answer.ok, repository !== "ml-pipeline/frontend", `${name(repository)}:${tag}`);
    }
  } finally {
    await harbor.stop();
    await Promise.all([server.stop(), source.stop(), storage.stop(), place.remove()]);
  }
}

/** Puts an image under each of the names, and gives what sends their hosts there. */
async function stock(source: DockerRegistry, references: readonly ReturnType<typeof parseReference>[]) {
  for (const { host, repository, tag = "latest" } of references) {
    const image = singleImage([seededLayer(`${host}/${repository}:${tag}`, 3_000)], "oci");
    await pushImage(source.host, `${host}/${repository}`, tag, image);
  }
  const hosts = [...new Set(references.map(({ host }) => host))];
  return `upstreams:\n${hosts.map((host) => `  ${host}: { host: "${source.host}", prefix: ${host} }`).join("\n")}`;
}

all.run();
