import type { Failure } from "../../failure/index.ts";
import { formatReference } from "../../oci/index.ts";
import type { Finding, FoundPlace } from "./finding.ts";
import { referenceOf } from "./shape.ts";

/** A reference at a place. */
export interface Located {
  readonly place: FoundPlace;
  readonly reference: string;
}

/** One finding for each image, whatever the ways in which it is written, by reference. */
export function gather(found: readonly Located[]): {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Failure[];
} {
  const places = new Map<string, FoundPlace[]>();
  const warnings: Failure[] = [];
  for (const { place, reference } of found) {
    const normal = normalReference(reference);
    if (normal === undefined) {
      warnings.push(unreadable(place, reference));
      continue;
    }
    const known = places.get(normal);
    if (known === undefined) places.set(normal, [place]);
    else known.push(place);
  }
  const findings = [...places].map(([reference, at]) => findingOf(reference, at));
  return { findings: findings.sort((a, b) => (a.reference < b.reference ? -1 : 1)), warnings };
}

/** A finding for an image, and where it is. */
export function findingOf(reference: string, places: readonly FoundPlace[], added?: string): Finding {
  const isSure = added !== undefined || places.some(({ certainty }) => certainty === "sure");
  return { reference, certainty: isSure ? "sure" : "candidate", source: "unasked", flags: [], added, places };
}

/** The reference with all that was left out of it; undefined where the text is none. */
export function normalReference(text: string): string | undefined {
  const reference = referenceOf(text);
  if (reference === undefined) return undefined;
  const { tag, digest } = reference;
  return formatReference(tag === undefined && digest === undefined ? { ...reference, tag: "latest" } : reference);
}

function unreadable(place: FoundPlace, reference: string): Failure {
  // helm reads long whole numbers as floats and prints them so.
  const isFloat = /:\d(?:\.\d+)?e\+\d+$/.test(reference);
  return {
    code: "charts/unreadable-image",
    class: "usage",
    message: `"${reference}" at ${place.path} of ${place.kind ?? "a document"} ${place.name ?? ""} is not a reference`,
    hint: isFloat
      ? "Quote the tag in the values: without quotes it is a number, and was printed as one"
      : "Set the value that the image is made of: as it is, no registry has it",
    place: {
      file: place.source,
      line: place.line,
      column: place.column,
      length: Math.max(1, place.text.length),
      text: " ".repeat(place.column - 1) + place.text,
    },
  };
}
