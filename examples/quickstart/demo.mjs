// Runs the two commands of the README on this folder, twice: the second time nothing is left to do.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const mirror = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const commands = [
  ["run", "build_push_cert"],
  ["run", "--target", "harbor"],
];

rmSync(new URL(".mirror", import.meta.url), { recursive: true, force: true });
for (const args of [...commands, ...commands]) {
  console.log(`\n$ mirror ${args.join(" ")}`);
  const { status, signal } = spawnSync(process.execPath, [mirror, ...args], { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 143));
}
