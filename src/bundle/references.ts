import { type Site, sitesOf } from "./sites.ts";

/** A reference to an image in a manifest. */
export type FoundReference = Pick<Site, "reference" | "place" | "path" | "certainty" | "owner">;

/** What is to stand in place of a reference; undefined where it shall stay. */
export type Replace = (reference: string) => string | undefined;

/**
 * Every reference in a manifest: images of containers and init containers, `RELATED_IMAGE_*`, the annotation
 * `containerImage`, `relatedImages`, and the JSON of `alm-examples`. Throws `Failed` (`bundle/bad-yaml`,
 * `bundle/bad-examples`) with the place.
 */
export function findReferences(text: string, file: string): readonly FoundReference[] {
  return sitesOf(text, file).map(({ start: _start, end: _end, ...found }) => found);
}

/** A manifest with its references replaced; every other character stays as it is. Throws as {@link findReferences}. */
export function rewriteReferences(text: string, file: string, replace: Replace): string {
  let rewritten = "";
  let written = 0;
  for (const { reference, start, end } of sitesOf(text, file)) {
    const replacement = replace(reference);
    if (replacement === undefined || replacement === reference) continue;
    rewritten += text.slice(written, start) + replacement;
    written = end;
  }
  return rewritten + text.slice(written);
}

/** Whether a reference says with a digest which bytes it means. */
export const isPinned = (reference: string): boolean => /@sha(?:256|512):[0-9a-f]{64,}$/.test(reference);
