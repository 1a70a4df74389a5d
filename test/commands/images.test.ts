import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { pod } from "../charts/find/rig.ts";
import { type CliResult, runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { startScriptedRegistry } from "../rig/scripted-registry.ts";

const MANIFEST = `---
# Source: shop/templates/web.yaml
${pod('image: quay.io/shop/web:1\nenv: [{ name: PLUGIN, value: "ghcr.io/shop/plugin:2" }]')}---
# Source: shop/templates/db.yaml
${pod("image: mysql")}`;

test("manifests from the standard input become a table, without a config and without the network", async () => {
  await inFolder(async ({ folder }) => {
    const { code, stdout, stderr } = await piped(["images", "-"], MANIFEST, folder);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `COMPONENT  IMAGE                           FOUND      FLAGS
shop       docker.io/library/mysql:latest  sure       no-tag
           ghcr.io/shop/plugin:2           candidate
           quay.io/shop/web:1              sure

3 images, 1 candidate among them: --confirm asks registries
`,
    );
  });
});

test("--why shows every place, --json all that is known", async () => {
  await inFolder(async ({ folder, write }) => {
    await write("rendered/all.yaml", MANIFEST);
    await write("rendered/notes.txt", "image: quay.io/not/this:1");
    const why = await runMirror(["images", "--why", "rendered"], { cwd: folder });
    assert.match(
      why.stdout,
      /quay\.io\/shop\/web:1 {2}sure\n {2}rendered\/all\.yaml:9:14 {2}Pod\/p {2}spec\.containers\[0\]\.image\n {4}by container {2}from shop\/templates\/web\.yaml\n/,
    );
    const { images } = JSON.parse((await runMirror(["images", "--json", "rendered"], { cwd: folder })).stdout);
    assert.deepEqual(
      images.map((image: { reference: string }) => image.reference),
      ["docker.io/library/mysql:latest", "ghcr.io/shop/plugin:2", "quay.io/shop/web:1"],
    );
    assert.equal(images[2].places[0].path, "spec.containers[0].image");
  });
});

test("--plain prints what is sure, and says how many candidates it leaves out", async () => {
  await inFolder(async ({ folder }) => {
    const { stdout, stderr } = await piped(["images", "--plain", "-"], MANIFEST, folder);
    assert.equal(stdout, "docker.io/library/mysql:latest\nquay.io/shop/web:1\n");
    assert.match(stderr, /candidates left out: 1/);
  });
});

test("--confirm asks registries: candidates that are there are confirmed, sure ones that are missing are dead", async () => {
  const registry = await startScriptedRegistry();
  const { host } = registry;
  const stored = { mediaType: "application/vnd.oci.image.manifest.v1+json", bytes: Buffer.from("{}") };
  registry.manifests.set("shop/web 1", stored).set("shop/plugin 2", stored);
  try {
    await inFolder(async ({ folder }) => {
      const manifest = pod(
        `image: ${host}/shop/web:1\nenv:\n  - { name: A, value: "${host}/shop/plugin:2" }\n  - { name: B, value: "${host}/shop/word:3" }\n  - { name: C_IMAGE, value: "${host}/shop/gone:4" }`,
      );
      const table = await piped(["images", "--confirm", "-"], manifest, folder);
      const rows = table.stdout.split("\n").map((line) => line.trim().split(/ {2,}/).slice(-3));
      assert.deepEqual(rows.slice(1, 5), [
        ["p", `${host}/shop/gone:4`, "missing", "dead-source"].slice(-3),
        [`${host}/shop/plugin:2`, "confirmed"],
        [`${host}/shop/web:1`, "sure"],
        [`${host}/shop/word:3`, "missing"],
      ]);
      const plain = await piped(["images", "--plain", "--confirm", "-"], manifest, folder);
      assert.equal(plain.stdout, `${host}/shop/gone:4\n${host}/shop/plugin:2\n${host}/shop/web:1\n`);
    });
    assert.ok(registry.log.every(({ method }) => method === "HEAD"));
  } finally {
    await registry.stop();
  }
});

test("a registry that cannot tell is named once, and its images stay what they were", async () => {
  const registry = await startScriptedRegistry({ script: () => ({ status: 403 }) });
  try {
    await inFolder(async ({ folder }) => {
      const manifest = pod(`image: ${registry.host}/a/b:1\nenv: [{ name: X, value: "${registry.host}/a/c:1" }]`);
      const { code, stdout, stderr } = await piped(["images", "--confirm", "-"], manifest, folder);
      assert.equal(code, 0);
      assert.match(stdout, /a\/b:1 +sure\n.*a\/c:1 +candidate\n/);
      assert.equal(stderr.match(/warning registry\/denied/g)?.length, 1);
    });
  } finally {
    await registry.stop();
  }
});

test("with a config its upstreams are asked", async () => {
  const registry = await startScriptedRegistry();
  registry.manifests.set("proxy/shop/web 1", {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    bytes: Buffer.from("{}"),
  });
  try {
    await inFolder(async ({ folder, write }) => {
      await write(
        "mirror.config.yaml",
        `version: 1\nupstreams: { quay.io: { host: "${registry.host}", prefix: proxy } }\n`,
      );
      const { stdout } = await piped(["images", "--json", "--confirm", "-"], pod("image: quay.io/shop/web:1"), folder);
      assert.equal(JSON.parse(stdout).images[0].source, "there");
    });
  } finally {
    await registry.stop();
  }
});

test("a broken document is told with its place, the others are listed, and the end is 2", async () => {
  await inFolder(async ({ folder }) => {
    const { code, stdout, stderr } = await piped(["images", "-"], `a: b: c\n---\n${MANIFEST}`, folder);
    assert.equal(code, 2);
    assert.match(stdout, /quay\.io\/shop\/web:1/);
    assert.match(stderr, /^-:1:\d+: error charts\/bad-yaml/);
  });
});

for (const [args, input, message] of [
  [["images"], "", "nothing to read"],
  [["images", "nowhere.yaml"], "", "nowhere.yaml cannot be read"],
  [["images", "-"], " \n", "no manifests in the standard input"],
] as const) {
  test(`mirror ${args.join(" ")} with nothing to read ends with 2 and says what to do`, async () => {
    await inFolder(async ({ folder }) => {
      const { code, stdout, stderr } = await piped(args, input, folder);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, new RegExp(message));
    });
  });
}

/** Runs the built program with something on its standard input. */
function piped(args: readonly string[], input: string, cwd: string): Promise<CliResult> {
  const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: join(cwd, "home") },
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  // A program that does not read what is piped into it closes the pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? undefined, ...text }));
  });
}

async function inFolder(check: (place: Workspace) => Promise<void>): Promise<void> {
  const { rm } = await import("node:fs/promises");
  const place = await workspace("");
  try {
    await rm(join(place.folder, "mirror.config.yaml"));
    await check(place);
  } finally {
    await place.remove();
  }
}

test.run();
