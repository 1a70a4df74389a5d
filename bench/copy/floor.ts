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
  /**
   * Leaves whole images: the floor, and for each image a look at the target's tag and a manifest read and pushed. For
   * images that share nothing and have no children. Undefined where nothing compiles the C program.
   */
  readonly withManifests: Contender | undefined;
}

/** Where answers come late, as many as it takes to have them all on their way. */
const FAR_CONNECTIONS = 64;
/** For many small requests near by: more of them bring nothing sooner. */
const NEAR_CONNECTIONS = 16;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The least a copy can take: a C program that splices, or, where nothing compiles it, Node piping sockets. */
export function makeFloor(folder: string): Floor {
  const program = join(folder, "floor");
  const compiled = spawnSync("cc", ["-O2", "-pthread", "-o", program, here("floor.c")], { stdio: "ignore" });
  const splices = compiled.status === 0;
  const command = (task: Task, near: number, ...lists: readonly string[]): readonly string[] => {
    const connections = String(task.distance === "far" ? FAR_CONNECTIONS : near);
    if (!splices)
      return [process.execPath, "--import", "tsx", here("pump.ts"), connections, task.source, task.target, ...lists];
    return [program, connections, ...task.source.split(":"), ...task.target.split(":"), ...lists];
  };
  const blobsOf = async (task: Task, present: readonly NamedImage[]): Promise<string> => {
    const list = join(task.folder, "blobs.txt");
    await writeFile(list, linesOf(task.images, present).join("\n"));
    return list;
  };
  const withManifests: Contender = {
    name: "floor + manifests",
    bytes: "passed on",
    prepare: async (task) => {
      const list = join(task.folder, "manifests.txt");
      const lines = task.images.map(({ repository, tag, image }) => `${repository} ${tag} ${image.top.mediaType}`);
      await writeFile(list, lines.join("\n"));
      return command(task, NEAR_CONNECTIONS, await blobsOf(task, []), list);
    },
  };
  return {
    how: splices ? "a C program that splices sockets (floor.c)" : "Node piping sockets (pump.ts), as there is no cc",
    contender: (present) => ({
      name: "floor",
      bytes: "passed on",
      prepare: async (task) => command(task, task.processes, await blobsOf(task, present)),
    }),
    withManifests: splices ? withManifests : undefined,
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
