import assert from "node:assert/strict";
import { test } from "uvu";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";

const CONFIG = `version: 1
vars: { release: "1.0" }
registries: { here: { type: embedded, folder: registry, host: registry.example.com } }
images:
  app: { version: "\${vars.release}", build: { files: [{ from: app, to: /app }] } }
  tool: { version: "2.0", build: { files: [{ from: app, to: /app }] }, hold: nothing has changed }
targets: { here: { registry: here, images: [app, tool] } }
references:
  chart: { files: [values.yaml], paths: { image.tag: { image: app, part: tag } } }
`;

async function inWorkspace(body: (given: Workspace) => Promise<void>): Promise<void> {
  const given = await workspace(CONFIG);
  try {
    await given.write("app/a.txt", "a");
    await given.write("values.yaml", 'image:\n  tag: "0.9"\n');
    await body(given);
  } finally {
    await given.remove();
  }
}

test("a release is told before and after it was published, with what the product references", () =>
  inWorkspace(async ({ folder }) => {
    const before = await runMirror(["status"], { cwd: folder });
    assert.equal(before.code, 1, before.stderr);
    assert.equal(
      before.stdout,
      `IMAGE  VERSION  REFERENCED    here     NOTES
app    1.0      differs: 0.9  missing
tool   2.0                    missing  nothing has changed
not complete, 0 of 2 in place: 2 missing at here (app, tool)
`,
    );
    assert.equal((await runMirror(["run"], { cwd: folder })).code, 0);
    const after = await runMirror(["status", "--format", "markdown"], { cwd: folder });
    assert.equal(after.code, 0, after.stderr);
    assert.equal(
      after.stdout,
      `| Image | Version | Referenced   | here  | Notes               |
| ----- | ------- | ------------ | ----- | ------------------- |
| app   | 1.0     | differs: 0.9 | there |                     |
| tool  | 2.0     |              | there | nothing has changed |

**complete: 2 of 2 in place**
`,
    );
  }));

test("images and targets are chosen by name; --json has the same", () =>
  inWorkspace(async ({ folder }) => {
    const { code, stdout } = await runMirror(["status", "to*", "--target", "here", "--json"], { cwd: folder });
    const document = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.deepEqual(
      document.images.map(({ name }: { name: string }) => name),
      ["tool"],
    );
    assert.deepEqual(document.waitsFor, ["1 missing at here (tool)"]);
  }));

test("names that there are not, and an archive without a lock, end with 2", () =>
  inWorkspace(async ({ folder }) => {
    for (const args of [["ap"], ["--target", "her"], ["--format", "html"], ["--from", "x.tar"]]) {
      const { code, stderr } = await runMirror(["status", ...args], { cwd: folder });
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, /^error usage\//);
    }
  }));

test("a target that is a file is looked at as it stands on the disk", async () => {
  const given = await workspace(`version: 1
registries: { disk: { type: archive, file: out/release.tar } }
images: { app: { version: "1.0", build: { files: [{ from: app, to: /app }] } } }
targets: { disk: { registry: disk, images: [app] } }
`);
  try {
    await given.write("app/a.txt", "a");
    const before = await runMirror(["status"], { cwd: given.folder });
    assert.match(before.stdout, /not complete, 0 of 1 in place: 1 missing at disk \(app\)/);
    assert.equal((await runMirror(["run"], { cwd: given.folder })).code, 0);
    const after = await runMirror(["status"], { cwd: given.folder });
    assert.equal(after.code, 0, after.stderr);
    assert.match(after.stdout, /^app +1\.0 +there\ncomplete: 1 of 1 in place$/m);
  } finally {
    await given.remove();
  }
});

test.run();
