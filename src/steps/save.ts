import { readFile } from "node:fs/promises";
import { lockFileOf } from "../release/index.ts";
import { formatBytes } from "../units/bytes.ts";
import type { StepOf } from "./scope.ts";

/** Makes an archive whole: its index, what it keeps of the one before, and its name once all of it is on the disk. */
export const save: StepOf<"save"> = async (step, context, scope) => {
  const registry = scope.config.registries.get(step.registry);
  if (registry?.type !== "archive") throw new Error(`no archive ${step.registry}`);
  const value = { kind: "archive", registry: step.registry } as const;
  if (scope.mode === "plan") {
    return { kind: "done", value, effect: "none", summary: `would be written to ${registry.file}`, bytes: 0 };
  }
  const archive = await scope.connections.archive(step.registry);
  const saved = await archive.finish(await lockOf(scope.config.file), (bytes, totalBytes) =>
    context.report({ type: "node-progress", bytes, totalBytes }),
  );
  const what = `${saved.images} ${saved.images === 1 ? "image" : "images"} in ${saved.blobs} blobs`;
  return saved.state === "written"
    ? {
        kind: "done",
        value,
        effect: "changed",
        summary: `${saved.file}: ${what}, ${formatBytes(saved.bytes)}`,
        bytes: 0,
      }
    : { kind: "done", value, effect: "unchanged", summary: `up to date: ${saved.file} has ${what}`, bytes: 0 };
};

/** The text of the lock beside the config, where there is one: the archive carries what it fulfils. */
async function lockOf(config: string): Promise<string | undefined> {
  return readFile(lockFileOf(config), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
