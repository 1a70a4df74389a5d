import type { Pyxis } from "../pyxis/index.ts";
import type { Candidate } from "./candidate.ts";
import { hasTag, isPublished } from "./publish.ts";

/**
 * What of an image users cannot pull yet, asked of the service now, by digest: architectures that are missing,
 * uncertified or unpublished. Empty where all of it is published. Rejects with `Failed` (`certification/…`).
 */
export async function missingOf(
  { component, digest, form, platforms, pushed }: Candidate,
  pyxis: Pyxis,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const known =
    form === "image"
      ? await pyxis.imagesOf(component, digest, signal)
      : (await pyxis.indexes(component, signal))
          .filter((index) => index.digest === digest)
          .flatMap(({ images }) => images);
  return platforms
    .filter((platform) => {
      const image = known.find((other) => !other.deleted && other.digest === platform.digest);
      return image === undefined || !isPublished(image) || !hasTag(image, pushed.tag);
    })
    .map(({ architecture }) => architecture);
}
