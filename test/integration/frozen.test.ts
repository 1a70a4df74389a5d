import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import { parseLock } from "../../src/release/index.ts";
import { type CliResult, runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { serveTags, type TaggedRegistry } from "../rig/tagged-registry.ts";

/** What a run says where its lock does not fit, and how several versions of one rule go through it. */
const frozen = suite("frozen");
const TAGS = ["1.7.0", "1.8.0", "1.8.5", "2.0.0", "2.0.0-rc1"];
let registry: TaggedRegistry;
let place: Workspace;

frozen.before(async () => {
  registry = await serveTags(["team/app", "team/twin"], TAGS);
});
frozen.after(() => registry.stop());

frozen.before.each(async () => {
  place = await workspace(configOf('"1.8.0"'));
  const { code, stderr } = await mirror("pin");
  assert.equal(code, 0, stderr);
});
frozen.after.each(() => place.remove());

frozen("a disagreement is told once, and an image that has the same version only waits for it", async () => {
  await place.write("mirror.config.yaml", configOf('"1.8.5"'));
  const { code, stdout, stderr } = await mirror("run", "--frozen");
  assert.equal(code, 2, stdout + stderr);
  const told = /error lock\/disagrees: app has the rule "tag 1\.8\.5", and the lock was made by "tag 1\.8\.0"/g;
  assert.equal((stdout + stderr).match(told)?.length, 1);
  assert.equal((stdout + stderr).match(/error /g)?.length, 1);
  assert.match(stdout, /pin:twin +blocked by pin:app/);
  assert.match(stdout, /not done, the config or the command line is wrong: 1 of 4 \(pin:app\); 1 blocked \(exit 2\)/);
});

frozen("an image that has the same version as one that is not asked for refuses by itself", async () => {
  await place.write("mirror.config.yaml", configOf('"1.8.5"'));
  const { code, stdout } = await mirror("run", "--frozen", "copy:second/twin");
  assert.equal(code, 2);
  assert.match(stdout, /error lock\/disagrees: twin is to have the version of app, which has none: app has the rule/);
  assert.match(stdout, /The lock has it here: mirror\.lock\.yaml:\d+:3/);
});

frozen("mirror pin tells why a rule has no answer once, and counts all that it holds up", async () => {
  await place.write("mirror.config.yaml", configOf("{ range: ^3 }"));
  const { code, stdout, stderr } = await mirror("pin");
  assert.equal(code, 1);
  assert.equal(stderr.match(/error /g)?.length, 1);
  assert.match(stderr, /app: quay\.io\/team\/app has 5 tags, and none of them fits the rule "newest in \^3"/);
  assert.match(stderr, /2\.0\.0 is not in \^3\n +2\.0\.0-rc1 is a prerelease/);
  assert.match(stdout, /2 could not be resolved/);
});

frozen("a digest that the registry does not have is told with the line of the lock that has it", async () => {
  const file = join(place.folder, "mirror.lock.yaml");
  const text = await readFile(file, "utf8");
  const { digest } = parseLock(text, file).lock.images.get("app") ?? assert.fail("app is not locked");
  await place.write("mirror.lock.yaml", text.replaceAll(digest, `sha256:${"0".repeat(64)}`));
  const { code, stdout } = await mirror("run", "copy:second/app");
  assert.equal(code, 1);
  assert.match(stdout, /error registry\/not-found: .*@?sha256:0{64}/);
  assert.match(stdout, /The lock has this digest here: mirror\.lock\.yaml:\d+:3/);
  assert.match(stdout, /mirror pin --update app/);
});

frozen("the newest three are three images, at each target and again from the lock", async () => {
  await place.write("mirror.config.yaml", configOf("{ newest: 3 }"));
  const first = await mirror("run");
  assert.equal(first.code, 0, first.stdout + first.stderr);
  for (const tag of ["2.0.0", "1.8.5", "1.8.0"]) {
    for (const image of ["app", "twin"]) assert.match(first.stdout, new RegExp(`copy:second/${image}@${tag} +copied`));
  }
  assert.doesNotMatch(first.stdout, /1\.7\.0|rc1/);
  const again = await mirror("run", "--frozen");
  assert.match(again.stdout, /nothing left to do: 6 up to date/);

  await place.write("mirror.config.yaml", configOf("{ newest: 2 }"));
  const fewer = await mirror("pin");
  assert.match(fewer.stdout, /app@1\.8\.0 +removed/);
  const { images } = parseLock(await readFile(join(place.folder, "mirror.lock.yaml"), "utf8"), "lock").lock;
  assert.deepEqual([...images.keys()], ["app@1.8.5", "app@2.0.0", "twin@1.8.5", "twin@2.0.0"]);
});

const mirror = (...args: readonly string[]): Promise<CliResult> => runMirror(args, { cwd: place.folder });

function configOf(rule: string): string {
  return `version: 1
upstreams: { quay.io: { host: "${registry.host}", scheme: http } }
registries: { second: { type: embedded, folder: second } }
images:
  app: { from: quay.io/team/app, version: ${rule} }
  twin: { from: quay.io/team/twin, version: { same: app } }
targets:
  second: { registry: second, images: ["*"], as: "\${name}:\${tag}" }
`;
}

frozen.run();
