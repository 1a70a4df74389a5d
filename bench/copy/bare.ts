import { fileURLToPath } from "node:url";
import type { Contender } from "./task.ts";

/** What Node takes at the least for an image's blobs where it hashes them: `bare.mjs`. Of one image, over plain HTTP. */
export const bareNode: Contender = {
  name: "bare Node",
  bytes: "hashed",
  prepare: async ({ source, target, images }) => {
    const [only] = images;
    if (only === undefined || images.length > 1) throw new Error("it moves one image");
    const blobs = only.image.blobs.map(({ digest, size }) => `${digest}=${size}`);
    const script = fileURLToPath(new URL("bare.mjs", import.meta.url));
    return [process.execPath, script, source, target, only.repository, ...blobs];
  },
};
