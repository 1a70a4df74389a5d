import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NamedImage, uniqueBlobs } from "../../test/rig/images.ts";
import type { Contender, Task } from "./task.ts";

export interface Floor {
  /** How the bytes are moved, for the reader. */
  readonly how: string;
  /** Moves the unique blobs of a task's images, without those that the target has already. */
  readonly contender: (present: readonly NamedImage[]) => Contender;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The least a copy can take: a C program that splices, or, where nothing compiles it, Node piping sockets. */
export function makeFloor(folder: string): Floor {
  const program = join(folder, "floor");
  const compiled = spawnSync("cc", ["-O2", "-pthread", "-o", program, here("floor.c")], { stdio: "ignore" });
  const splices = compiled.status === 0;
  const command = (task: Task, list: string): readonly string[] => {
    const connections = String(task.processes);
    if (!splices)
      return [process.execPath, "--import", "tsx", here("pump.ts"), connections, task.source, task.target, list];
    return [program, connections, ...task.source.split(":"), ...task.target.split(":"), list];
  };
  return {
    how: splices ? "a C program that splices sockets (floor.c)" : "Node piping sockets (pump.ts), as there is no cc",
    contender: (present) => ({
      name: "floor",
      prepare: async (task) => {
        const list = join(task.folder, "blobs.txt");
        await writeFile(list, linesOf(task.images, present).join("\n"));
        return command(task, list);
      },
    }),
  };
}

function linesOf(images: readonly NamedImage[], present: readonly NamedImage[]): readonly string[] {
  const done = new Set(uniqueBlobs(present.map(({ image }) => image)).map(({ digest }) => digest));
  const lines: string[] = [];
  for (const { repository, image } of images) {
    for (const { digest, size } of image.blobs) {
      if (done.has(digest)) continue;
      done.add(digest);
      lines.push(`${repository} ${digest} ${size}`);
    }
  }
  return lines;
}
