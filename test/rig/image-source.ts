import { Readable } from "node:stream";
import { type ImageSource, parseManifest } from "../../src/oci/index.ts";
import type { Image } from "./images.ts";

/** An image in memory as a source that `src/` reads from: every tag stands for the whole of it. */
export function imageSource(image: Image, tags: readonly string[] = ["1.0"]) {
  const manifests = new Map([image.top, ...image.children].map((one) => [one.digest, one]));
  const source: ImageSource & { firstTags(): Promise<{ tags: readonly string[]; rest: "none" }> } = {
    name: "memory",
    async getManifest(_repository, reference) {
      const { bytes, mediaType } = manifests.get(reference) ?? image.top;
      return parseManifest(bytes, mediaType, "memory");
    },
    async openBlob(_repository, { digest }) {
      const content = image.blobs.find((blob) => blob.digest === digest)?.content;
      if (!Buffer.isBuffer(content)) throw new Error(`no blob ${digest}`);
      // In small pieces, as they may come from a network.
      return Readable.from(
        Array.from({ length: Math.ceil(content.length / 1000) }, (_, at) =>
          content.subarray(at * 1000, (at + 1) * 1000),
        ),
      );
    },
    firstTags: async () => ({ tags, rest: "none" }),
  };
  return source;
}
