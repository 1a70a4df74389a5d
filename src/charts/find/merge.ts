import type { Finding, Findings, Flag } from "./finding.ts";

/** What was found in several groups of texts, as one list: each image once, with the places of all. */
export function mergeFindings(groups: readonly Findings[]): Findings {
  const [only] = groups;
  if (only !== undefined && groups.length === 1) return only;
  const images = new Map<string, Finding>();
  for (const finding of groups.flatMap((group) => group.images)) {
    const known = images.get(finding.reference);
    images.set(finding.reference, known === undefined ? finding : together(known, finding));
  }
  return {
    images: [...images.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1)),
    ignored: groups.flatMap(({ ignored }) => ignored),
    unread: groups.flatMap(({ unread }) => unread),
    warnings: groups.flatMap(({ warnings }) => warnings),
  };
}

function together(one: Finding, other: Finding): Finding {
  const flags = new Map<string, Flag>(
    [...one.flags, ...other.flags].map((flag) => [`${flag.kind} ${flag.says}`, flag]),
  );
  return {
    ...one,
    certainty: one.certainty === "sure" ? "sure" : other.certainty,
    flags: [...flags.values()],
    added: one.added ?? other.added,
    places: [...one.places, ...other.places],
  };
}
