import { spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Failure } from "../../src/failure/index.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * `runScript` bundled as the program is and started by this version of Node alone: tests run under tsx, which reads
 * TypeScript in its own way and would hide how tasks are read.
 */
export interface BareNode {
  run(file: string): { readonly value?: unknown; readonly failure?: Failure };
  remove(): Promise<void>;
}

export async function bareNode(): Promise<BareNode> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-bare-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await build({
    stdin: {
      contents: `export { runScript } from "./src/steps/script/index.ts"; export { failureOf } from "./src/failure/index.ts";`,
      resolveDir: root,
    },
    outfile: join(folder, "chunks", "script.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["@swc/wasm-typescript", "zx"],
  });
  await writeFile(
    join(folder, "main.mjs"),
    `import { dirname } from "node:path";
     import { failureOf, runScript } from "./chunks/script.mjs";
     const [file] = process.argv.slice(2);
     const never = new AbortController().signal;
     const inputs = { pins: {}, images: {}, results: {}, targets: {}, vars: new Map() };
     const print = (result) => process.stdout.write(JSON.stringify(result));
     runScript({ name: "try", file, cwd: dirname(file), env: process.env, inputs, stopping: never, killed: never, log() {} })
       .then((value) => print({ value }), (thrown) => print({ failure: failureOf(thrown) }));`,
  );
  return {
    run: (file) => {
      const { NODE_OPTIONS: _, ...env } = process.env;
      const ran = spawnSync(process.execPath, [join(folder, "main.mjs"), file], { encoding: "utf8", env });
      if (ran.status !== 0 || ran.stderr !== "") throw new Error(`exit ${ran.status}: ${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
