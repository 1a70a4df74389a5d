import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { mirror } from "../mirror.ts";
import type { Contender, Task } from "./task.ts";

/** mirror as users run it: a config, no options, and the lock of the release before where there was one. */
export const mirrorContender: Contender = {
  name: "mirror",
  bytes: "hashed",
  prepare: async (task) => {
    const config = join(task.folder, "mirror.config.yaml");
    if (task.before !== undefined) {
      await writeFile(config, configFor({ ...task, images: task.before }));
      await promisify(execFile)(process.execPath, [mirror, "pin"], { cwd: task.folder });
    }
    await writeFile(config, configFor(task));
    return [process.execPath, mirror, "run"];
  },
};

function configFor({ source, target, scheme, ca, images }: Task): string {
  const trust = ca === undefined ? "" : `, ca: "${ca}"`;
  const lines = images.map(({ repository, tag }) => {
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return `  ${name}: { from: source.example.com/${repository}, version: "${tag}" }\n`;
  });
  return `version: 1
upstreams:
  source.example.com: { host: "${source}", scheme: ${scheme}${trust} }
registries:
  target: { type: oci, host: "${target}", scheme: ${scheme}${trust} }
images:
${lines.join("")}targets:
  target: { registry: target, images: ["*"], as: "\${path}:\${tag}" }
`;
}
