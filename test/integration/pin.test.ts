import assert from "node:assert/strict";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { type Lock, parseLock } from "../../src/release/index.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type AccessLine, type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { manifestOf, moveTag, sha256, storeTags } from "../rig/tags.ts";

/**
 * 120 images of 50 tags each on a docker-registry, whose access log says what `mirror pin` and `mirror run` asked.
 * Every third image has a tag, every third a range, every third the newest of a variant.
 */
const COUNT = 120;
const TAGS = Array.from({ length: 50 }, (_, at) => (at < 40 ? `1.${at}.0` : `1.${at - 10}.0-ubi8`));
const repositories = Array.from({ length: COUNT }, (_, at) => ({ repository: `team/app-${at}`, tags: TAGS }));

let registry: DockerRegistry | undefined;
let target: DockerRegistry | undefined;
let place: Workspace;
const integration = requires(test, missingCommand("docker-registry"));

test.before(async () => {
  registry = await startDockerRegistry();
  target = await startDockerRegistry();
  if (registry === undefined || target === undefined) return;
  await storeTags(registry.folder, repositories);
  place = await workspace(configOf(registry.host, target.host));
});

test.after(async () => {
  await registry?.stop();
  await target?.stop();
  await place?.remove();
});

integration("the first pin asks for what each rule needs, and the lock has it all", async () => {
  const { printed, log } = await counted("pin");
  assert.match(printed, /mirror\.lock\.yaml: 120 images; written/);
  const { images } = await lock();
  assert.equal(images.size, COUNT);
  for (const [name, image] of images) {
    const at = Number(name.slice(4));
    const tag = ["1.7.0", "1.39.0", "1.39.0-ubi8"][at % 3] ?? "";
    assert.equal(image.tag, tag, name);
    assert.equal(image.digest, sha256(manifestOf(`team/app-${at}`, tag)));
    assert.deepEqual([...image.platforms.keys()], ["linux/amd64"]);
    assert.ok((image.size ?? 0) > image.manifestSize);
    assert.equal(image.chosenFrom?.names, at % 3 === 0 ? undefined : 50);
    assert.equal(image.chosenFrom?.fitting, [undefined, 40, 10][at % 3]);
  }
  // One manifest for each, by its tag; a list of tags for two of three; the config that all share. Nothing twice.
  const count = (kind: RegExp, method: string): number =>
    log.filter((line) => line.method === method && kind.test(line.path)).length;
  assert.equal(count(/\/manifests\//, "HEAD"), 0);
  assert.equal(count(/\/manifests\/(?!sha256:)/, "GET"), COUNT);
  assert.equal(count(/\/manifests\//, "GET"), COUNT);
  assert.equal(count(/\/blobs\//, "GET"), 1);
  assert.equal(count(/\/tags\/list/, "GET"), (COUNT / 3) * 2);
  assert.equal(new Set(log.map(({ method, path }) => `${method} ${path}`)).size, log.length);
});

integration("what config and lock are read as is remembered for the run that follows", async () => {
  const remembered = await readdir(join(place.folder, ".mirror/readings"));
  assert.deepEqual(remembered.sort(), ["mirror.config.yaml.json", "mirror.lock.yaml.json"]);
});

integration("a second pin makes at most one request for each image, and changes no byte of the lock", async () => {
  const before = await text();
  const { printed, log } = await counted("pin");
  assert.match(printed, /120 images; nothing moved/);
  assert.equal(await text(), before);
  assert.ok(log.length <= COUNT, `${log.length} requests`);
  assert.ok(
    log.every(({ method }) => method === "HEAD"),
    "a GET of a manifest is a pull",
  );
  const perImage = new Set(log.map(({ path }) => /^\/v2\/(team\/app-\d+)\//.exec(path)?.[1]));
  assert.equal(perImage.size, log.length);
});

integration("an update that finds everything where it was pulls nothing", async () => {
  const before = await text();
  const { log } = await counted("pin", "--update");
  assert.equal(await text(), before);
  const asked = log.filter(({ path }) => path.includes("/manifests/"));
  assert.equal(asked.length, COUNT);
  assert.ok(asked.every(({ method }) => method === "HEAD"));
});

integration("a run with the lock asks the source for no version", async () => {
  const first = await counted("run", "copy:second/app-0", "copy:second/app-1");
  // By digest alone; tags are only looked through for signatures (sha256-….sig), since the images are copied.
  const byTag = first.log.filter(({ path }) => /\/manifests\/(?!sha256)/.test(path));
  assert.deepEqual(byTag, []);
  const second = await counted("run", "--frozen", "copy:second/app-0", "copy:second/app-1");
  assert.equal(second.log.length, 0, "all is up to date at the target, and the source is not asked");
});

integration("a tag that moved since it was locked is told, and stays until it is updated", async () => {
  assert.ok(registry);
  await moveTag(registry.folder, "team/app-0", "1.7.0");
  const before = await text();
  const { printed } = await counted("pin");
  assert.match(
    printed,
    /mirror\.lock\.yaml:\d+:3: warning release\/tag-moved: app-0: .*team\/app-0:1\.7\.0 was locked at/,
  );
  assert.match(printed, /mirror pin --update app-0/);
  assert.equal(await text(), before);

  const dry = await counted("pin", "--update", "app-0", "--dry-run");
  assert.match(dry.printed, /app-0 +moved under its tag +1\.7\.0 sha256:\w+ +1\.7\.0 sha256:\w+/);
  assert.equal(await text(), before);
  await counted("pin", "--update", "app-0");
  const changed = (await text()).split("\n").filter((line, index) => line !== before.split("\n")[index]);
  assert.deepEqual(
    changed.map((line) => line.trim().split(":")[0]),
    ["digest", "manifestSize", "size", "linux/amd64"],
    "only what moved is in the diff",
  );
});

integration("new versions move what is named and nothing else", async () => {
  assert.ok(registry);
  await storeTags(
    registry.folder,
    [1, 4].map((at) => ({ repository: `team/app-${at}`, tags: ["1.40.0"] })),
  );
  const kept = await counted("pin");
  assert.match(kept.printed, /nothing moved/);
  await counted("pin", "--update", "app-1");
  const { images } = await lock();
  assert.equal(images.get("app-1")?.tag, "1.40.0");
  assert.deepEqual(images.get("app-1")?.chosenFrom, { names: 51, fitting: 41, next: ["1.39.0", "1.38.0", "1.37.0"] });
  assert.equal(images.get("app-4")?.tag, "1.39.0");
});

integration("a held image is moved by no update, and naming it says why", async () => {
  const { code, stderr } = await runMirror(["pin", "--update", "app-3"], { cwd: place.folder });
  assert.equal(code, 2);
  assert.match(stderr, /mirror\.config\.yaml:\d+:\d+: error release\/held: app-3 is held: passes the scan/);
});

integration("where config and lock disagree, a frozen run refuses with both places, and asks for nothing", async () => {
  assert.ok(registry && target);
  const config = await readFile(join(place.folder, "mirror.config.yaml"), "utf8");
  await place.write(
    "mirror.config.yaml",
    config.replace(
      'app-0: { from: docker.io/team/app-0, version: "1.7.0"',
      'app-0: { from: docker.io/team/app-0, version: "1.8.0"',
    ),
  );
  const before = (await registry.accessLog()).length;
  const lockedText = await text();
  for (const frozen of [["--frozen"], []]) {
    const env: Record<string, string> = frozen.length === 0 ? { CI: "true" } : {};
    const { code, stdout } = await runMirror(["run", "copy:second/app-0", "copy:second/app-1", ...frozen], {
      cwd: place.folder,
      env,
    });
    assert.equal(code, 2, stdout);
    assert.match(
      stdout,
      /mirror\.config\.yaml:\d+:3: error lock\/disagrees: app-0 has the rule "tag 1\.8\.0", and the lock was made by "tag 1\.7\.0"/,
    );
    assert.match(stdout, /The lock has it here: mirror\.lock\.yaml:\d+:3/);
  }
  assert.equal((await registry.accessLog()).length, before);
  assert.equal(await text(), lockedText);

  const { code, stdout, stderr } = await runMirror(["run", "copy:second/app-0"], { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  assert.equal((await lock()).images.get("app-0")?.tag, "1.8.0", "a run that is not frozen resolves what changed");
});

integration("in CI without a lock a run resolves, and leaves none behind; --frozen demands one", async () => {
  const kept = await text();
  await rm(join(place.folder, "mirror.lock.yaml"));
  const ci = await runMirror(["run", "copy:second/app-0"], { cwd: place.folder, env: { CI: "true" } });
  assert.equal(ci.code, 0, ci.stdout + ci.stderr);
  await assert.rejects(text());
  const frozen = await runMirror(["run", "copy:second/app-0", "--frozen"], { cwd: place.folder });
  assert.equal(frozen.code, 2);
  assert.match(frozen.stderr, /lock\/missing: There is no mirror\.lock\.yaml/);
  await place.write("mirror.lock.yaml", kept);
});

integration("a rule that nothing fits shows the nearest candidates, and the others are locked", async () => {
  const config = await readFile(join(place.folder, "mirror.config.yaml"), "utf8");
  await place.write(
    "mirror.config.yaml",
    config
      .replace(
        'app-1: { from: docker.io/team/app-1, version: { range: "^1"',
        'app-1: { from: docker.io/team/app-1, version: { range: "^2"',
      )
      .replace(
        'app-6: { from: docker.io/team/app-6, version: "1.7.0"',
        'app-6: { from: docker.io/team/app-6, version: "1.77.0"',
      ),
  );
  const { code, stdout, stderr } = await runMirror(["pin"], { cwd: place.folder });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /release\/no-version: app-1: docker\.io\/team\/app-1 has 51 tags, and none of them fits the rule "newest in \^2"/,
  );
  assert.match(stderr, /1\.40\.0 is not in \^2\n +1\.39\.0 is not in \^2\n +1\.39\.0-ubi8 is a prerelease/);
  assert.match(stderr, /release\/not-found: app-6: .* Choose a version that exists, such as 1\.17\.0, 1\.39\.0/s);
  assert.match(stdout, /2 could not be resolved/);
});

async function counted(...args: readonly string[]): Promise<{ printed: string; log: readonly AccessLine[] }> {
  assert.ok(registry);
  const before = (await registry.accessLog()).length;
  const { code, stdout, stderr } = await runMirror(args, { cwd: place.folder });
  assert.equal(code, 0, stdout + stderr);
  return { printed: stdout + stderr, log: (await registry.accessLog()).slice(before) };
}

const text = (): Promise<string> => readFile(join(place.folder, "mirror.lock.yaml"), "utf8");

const lock = async (): Promise<Lock> => parseLock(await text(), "mirror.lock.yaml").lock;

function configOf(source: string, second: string): string {
  const images = repositories.map(({ repository }, at) => {
    const rule = ['"1.7.0"', '{ range: "^1" }', '{ tags: "*-ubi8" }'][at % 3];
    const hold = at === 3 ? ", hold: passes the scan" : "";
    return `  app-${at}: { from: docker.io/${repository}, version: ${rule}${hold} }`;
  });
  return `version: 1
upstreams:
  docker.io: { host: "${source}", scheme: http }
registries:
  second: { type: oci, host: "${second}", scheme: http }
images:
${images.join("\n")}
targets:
  second: { registry: second, images: ["*"] }
`;
}

test.run();
