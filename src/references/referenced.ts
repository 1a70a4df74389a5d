import type { ReferenceSet } from "../config/index.ts";
import { readReference, type Verdict } from "./compare.ts";
import type { Site } from "./site.ts";

/** The versions of each image that the product references, as they are written; each once. */
export function referencedVersions(
  judged: readonly {
    readonly set: ReferenceSet;
    readonly verdicts: readonly { readonly site: Site; readonly verdict: Verdict }[];
  }[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { site, verdict } of judged.flatMap(({ verdicts }) => verdicts)) {
    const [image, ...others] = verdict.kind === "undeclared" ? [] : verdict.images;
    const version = versionAt(site, verdict);
    if (image === undefined || others.length > 0 || version === undefined) continue;
    found.set(image, (found.get(image) ?? new Set()).add(version));
  }
  return new Map([...found].map(([image, versions]) => [image, [...versions].sort()]));
}

/** Where another image is named, all of its name counts. */
function versionAt({ equals, text }: Site, verdict: Verdict): string | undefined {
  if (equals?.kind === "text" || (equals?.kind === "image" && equals.part === "repository")) return undefined;
  if (equals?.kind === "image" && equals.part === "tag") return text;
  const reference = readReference(text);
  const declared = "declared" in verdict ? readReference(verdict.declared) : undefined;
  if (reference === undefined || (declared !== undefined && declared.repository !== reference.repository)) return text;
  return reference.tag ?? reference.digest?.slice(0, 19) ?? "no tag";
}
