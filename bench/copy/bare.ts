import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender, Task } from "./task.ts";

/** What Node takes at the least where it hashes: for one image's blobs `bare.mjs`, for images `bare-images.mjs`. Over plain HTTP. */
export const bareNode: Contender = {
  name: "bare Node",
  bytes: "hashed",
  prepare: (task) => {
    const [only, ...others] = task.images;
    if (only === undefined) throw new Error("there is no image");
    return others.length === 0 ? blobsOf(task, only) : imagesOf(task);
  },
};

/** Images at once: more of them bring nothing sooner. */
const AT_ONCE = { near: 12, far: 40 } as const;

const script = (name: string): readonly string[] => [process.execPath, fileURLToPath(new URL(name, import.meta.url))];

async function blobsOf({ source, target }: Task, { repository, image }: Task["images"][number]): Promise<string[]> {
  const blobs = image.blobs.map(({ digest, size }) => `${digest}=${size}`);
  return [...script("bare.mjs"), source, target, repository, ...blobs];
}

async function imagesOf({ source, target, images, folder, distance }: Task): Promise<string[]> {
  const list = join(folder, "images.txt");
  await writeFile(list, images.map(({ repository, tag }) => `${repository} ${tag}\n`).join(""));
  return [...script("bare-images.mjs"), source, target, String(AT_ONCE[distance]), list];
}
