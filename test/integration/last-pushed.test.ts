import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { parseLock } from "../../src/release/index.ts";
import { type CliResult, runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { type DockerHub, startDockerHub } from "../rig/dockerhub.ts";
import { type QuayRig, startQuay } from "../rig/quay.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { manifestOf, sha256, storeTags } from "../rig/tags.ts";

/** Rules by when tags were pushed, at a docker-registry beside which a Quay and a Docker Hub tell of its tags. */
const NAMES = ["main-9f2c", "main-01ab", "main-77de", "1.8.0", "release"];
const integration = requires(test, missingCommand("docker-registry"));
let registry: DockerRegistry | undefined;
let quay: QuayRig;
let hub: DockerHub;
let place: Workspace;

test.before.each(async () => {
  registry = await startDockerRegistry();
  if (registry === undefined) return;
  await storeTags(
    registry.folder,
    ["team/app", "team/tool"].map((repository) => ({ repository, tags: NAMES })),
  );
  quay = await startQuay(registry.host);
  hub = await startDockerHub();
  quay.repositories.set("team/app", "public");
  // The middle one of the three was pushed last.
  const times = [100, 300, 200, 400, 50];
  const digestOf = (repository: string, name: string): string => sha256(manifestOf(repository, name));
  quay.tags.set(
    "team/app",
    NAMES.map((name, at) => ({ name, digest: digestOf("team/app", name), pushed: times[at] ?? 0 })),
  );
  hub.repositories.set(
    "team/tool",
    NAMES.map((name, at) => ({
      name,
      digest: digestOf("team/tool", name),
      pushed: new Date((times[at] ?? 0) * 1000).toISOString(),
    })),
  );
  place = await workspace(configOf('{ order: pushed, tags: "main-*" }'));
});

test.after.each(async () => {
  if (registry === undefined) return;
  await Promise.all([registry.stop(), quay.stop(), hub.stop(), place.remove()]);
});

integration("the last pushed is pinned, and by the digest that is told with it: no HEAD is made", async () => {
  const pinned = await mirror("pin");
  assert.equal(pinned.code, 0, pinned.stdout + pinned.stderr);
  const { images } = await lock();
  for (const [name, repository] of [
    ["app", "team/app"],
    ["tool", "team/tool"],
  ] as const) {
    const image = images.get(name);
    assert.equal(image?.tag, "main-01ab");
    assert.equal(image?.digest, sha256(manifestOf(repository, "main-01ab")));
    assert.equal(image?.rule, "last pushed main-*");
    assert.deepEqual(image?.chosenFrom, { names: 5, fitting: 3, next: ["main-77de", "main-9f2c"] });
  }
  assert.equal(quay.calls.length, 1);
  assert.equal(hub.calls.length, 1);
  const log = (await registry?.accessLog()) ?? [];
  assert.equal(log.filter(({ method }) => method === "HEAD").length, 0);
  assert.equal(log.filter(({ path }) => /\/manifests\//.test(path)).length, 2);
  assert.equal(log.filter(({ path }) => /\/tags\/list/.test(path)).length, 0);

  const again = await mirror("pin");
  assert.match(again.stdout, /nothing moved/);
  assert.equal(quay.calls.length + hub.calls.length, 2, "what is locked is not listed again");
});

integration("several of the last pushed are several images, through a run", async () => {
  await place.write("mirror.config.yaml", configOf('{ order: pushed, newest: 2, tags: "main-*" }'));
  const { code, stdout, stderr } = await mirror("run");
  assert.equal(code, 0, stdout + stderr);
  for (const tag of ["main-01ab", "main-77de"]) assert.match(stdout, new RegExp(`copy:second/app@${tag} +copied`));
  assert.deepEqual(
    [...(await lock()).images.keys()],
    ["app@main-01ab", "app@main-77de", "tool@main-01ab", "tool@main-77de"],
  );
});

integration("where nothing fits, the nearest are told with the day they were pushed", async () => {
  await place.write("mirror.config.yaml", configOf('{ order: pushed, exclude: ["*"] }'));
  const { code, stderr } = await mirror("pin");
  assert.equal(code, 1);
  assert.match(stderr, /app: quay\.io\/team\/app has 5 tags, and none of them fits the rule "last pushed without \*"/);
  assert.match(stderr, /1\.8\.0 is excluded by \* \(pushed 1970-01-01\)/);
});

integration("where nobody tells when tags were pushed, the error says what is needed, at its place", async () => {
  quay.repositories.set("team/app", "private");
  await place.write(
    "mirror.config.yaml",
    configOf("{ order: pushed }").replace(`, api: "${hub.url}"`, ", type: harbor"),
  );
  const { code, stderr } = await mirror("pin");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /mirror\.config\.yaml:\d+:3: error registry\/tags-untold: app: 127\.0\.0\.1:\d+ does not tell when the tags of team\/app were pushed, and its rule chooses by when tags were pushed/,
  );
  assert.match(stderr, /the token of an application with repo:read/);
  assert.match(stderr, /error registry\/tags-untold: tool: 127\.0\.0\.1:\d+ does not tell/);

  await place.write("mirror.config.yaml", configOf("{ order: pushed }").replace(`, api: "${hub.url}"`, ""));
  const unknown = await mirror("pin");
  assert.match(unknown.stderr, /release\/no-push-times: tool: nobody tells when the tags of docker\.io\/team\/tool/);
  assert.match(unknown.stderr, /say so as type under upstreams or registries/);
});

integration(
  "where the interface cannot be reached a rule fails; mirror tags lists names, and says so once",
  async () => {
    const unreachable = configOf("{ order: pushed }").replace(hub.url, "http://127.0.0.1:1");
    await place.write("mirror.config.yaml", unreachable);
    const { code, stderr } = await mirror("pin");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /mirror\.config\.yaml:\d+:3: error registry\/unreachable: tool: 127\.0\.0\.1:1 cannot be reached: .*, and its rule chooses by when tags were pushed/,
    );
    assert.match(stderr, /let it be reached from here, or order by versions/);

    await place.write(
      "mirror.config.yaml",
      unreachable
        .replaceAll("order: pushed", "range: ^1")
        .replace("targets:", "  again: { from: docker.io/team/tool, version: { range: ^1 } }\ntargets:"),
    );
    const listed = await mirror("tags", "tool", "again");
    assert.equal(listed.code, 0, listed.stderr);
    assert.equal(listed.stderr.match(/warning /g)?.length, 1);
    assert.equal(listed.stdout.match(/\n1\.8\.0 +chosen\n/g)?.length, 2);
  },
);

integration(
  "mirror tags lists what a rule chooses from, with times; without them where they are not told",
  async () => {
    await place.write("mirror.config.yaml", configOf('{ range: "^1" }'));
    const told = await mirror("tags", "app");
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /^app: newest in \^1, of the 5 tags of quay\.io\/team\/app\n/);
    assert.match(told.stdout, /\n1\.8\.0 +1970-01-01 00:06 +sha256:\w{12} +chosen\n/);
    assert.match(told.stdout, /\nmain-9f2c +1970-01-01 00:01 +sha256:\w{12} +has no version in "main-9f2c"\n/);

    quay.repositories.set("team/app", "private");
    const untold = await mirror("tags", "*");
    assert.equal(untold.code, 0, untold.stderr);
    assert.equal(untold.stderr.match(/warning registry\/tags-untold/g)?.length, 1);
    assert.match(untold.stdout, /\n1\.8\.0 +chosen\n/);

    const document = JSON.parse((await mirror("tags", "tool", "--json")).stdout);
    assert.equal(document[0].tags[0].tag, "1.8.0");
    assert.equal(document[0].tags[0].pushed, "1970-01-01T00:06:40.000Z");

    const unknown = await mirror("tags", "tol");
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no image "tol" that comes from a registry.*Did you mean "tool"/s);
  },
);

const mirror = (...args: readonly string[]): Promise<CliResult> => runMirror(args, { cwd: place.folder });

const lock = async () =>
  parseLock(await readFile(join(place.folder, "mirror.lock.yaml"), "utf8"), "mirror.lock.yaml").lock;

function configOf(rule: string): string {
  return `version: 1
upstreams:
  quay.io: { host: "${quay.host}", type: quay }
  docker.io: { host: "${registry?.host}", scheme: http, api: "${hub.url}" }
registries:
  second: { type: embedded, folder: second }
images:
  app: { from: quay.io/team/app, version: ${rule} }
  tool: { from: docker.io/team/tool, version: ${rule} }
targets:
  second: { registry: second, images: ["*"] }
`;
}

test.run();
