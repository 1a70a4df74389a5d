import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { type ServedRegistry, serveLayout } from "../../src/oci/index.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { outcomesOf } from "../rig/events.ts";
import { type Guarded, guard } from "../rig/guarded.ts";

/** A dozen components of one host, each with a robot account that opens nothing else. */
const robots = suite("robot accounts");
const COUNT = 12;
const component = (at: number): string => `65f0c2a1b3d4e5f6071829${String(at).padStart(2, "0")}`;
const names = Array.from({ length: COUNT }, (_, at) => `part-${at}`);
let folder = "";
let registry: ServedRegistry;
let guarded: Guarded;
let open: Workspace | undefined;

robots.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-robots-"));
  registry = await serveLayout({ folder, listen: { host: "127.0.0.1", port: 0 } });
});
robots.before.each(async () => {
  const accounts = names.map((_, at) => [`redhat-isv-containers/${component(at)}`, `robot-${at}:key-${at}`] as const);
  guarded = await guard(registry.host, new Map([...accounts, ["team/community", "team:open sesame"]]));
});
robots.after.each(async () => {
  await guarded.stop();
  await open?.remove();
});
robots.after(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** One built image for each component, all alike; the first goes to the community too, under another name. */
const config = (accounts: string): string => `version: 1
registries:
  rhcr: { type: rhcr, vendor: seldonio, host: "${guarded.host}"${accounts} }
  community: { type: oci, host: "${guarded.host}", prefix: team, auth: { username: team, password: "\${env:TEAM_KEY}" } }
images:
${names.map((name) => `  ${name}: { version: "1.0", build: { files: [{ from: ., patterns: [licence], to: / }] } }`).join("\n")}
targets:
  certified:
    registry: rhcr
    images:
${names.map((name, at) => `      ${name}: { as: ${name}, component: ${component(at)} }`).join("\n")}
  community: { registry: community, images: { part-0: "community:latest-1.0" } }
`;

robots("a dozen accounts on one host are chosen by path, from the config", async () => {
  const lines = names.map(
    (_, at) => `    redhat-isv-containers/${component(at)}: { username: robot-${at}, password: "\${env:KEY_${at}}" }`,
  );
  open = await workspace(config(`, accounts: {\n${lines.join(",\n")} }`));
  const env = { ...Object.fromEntries(names.map((_, at) => [`KEY_${at}`, `key-${at}`])), TEAM_KEY: "open sesame" };
  await expectAllPushed(env);
});

robots("and from docker's auth file, where the longest path that fits wins", async () => {
  open = await workspace(config(""));
  const auths = Object.fromEntries(
    names.map((_, at) => [
      `${guarded.host}/redhat-isv-containers/${component(at)}`,
      { auth: Buffer.from(`robot-${at}:key-${at}`).toString("base64") },
    ]),
  );
  const other = { [guarded.host]: { auth: Buffer.from("somebody:else").toString("base64") } };
  await open.write("docker/config.json", JSON.stringify({ auths: { ...other, ...auths } }));
  await expectAllPushed({ DOCKER_CONFIG: join(open.folder, "docker"), TEAM_KEY: "open sesame" });
});

async function expectAllPushed(env: Record<string, string>): Promise<void> {
  assert.ok(open);
  await open.write("licence", "free for all");
  const { code, stdout, stderr } = await runMirror(["run", "--json"], { cwd: open.folder, env });
  assert.equal(code, 0, stdout + stderr);
  assert.equal(outcomesOf(stdout, "copy:certified/").length, COUNT);
  for (const at of names.keys()) {
    assert.ok(guarded.entered.has(`robot-${at} redhat-isv-containers/${component(at)}`), `robot-${at}`);
  }
  assert.deepEqual(guarded.refused, [], "no account was shown where it does not belong");
  assert.doesNotMatch(stdout + stderr, /key-\d|open sesame/);
  const digest = async (repository: string, tag: string) => (await registry.layout.resolve(repository, tag)) as unknown;
  assert.deepEqual(
    await digest("team/community", "latest-1.0"),
    await digest(`redhat-isv-containers/${component(0)}`, "1.0"),
    "the same image under both names, with one digest",
  );
}

robots.run();
