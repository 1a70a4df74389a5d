import type { Named, Pattern, ReferenceSet } from "../config/index.ts";
import type { Place } from "../failure/index.ts";
import type { Difference } from "./difference.ts";
import type { Found } from "./find/find.ts";
import type { FileText } from "./site.ts";

/** What a set names and no file of it has: the file has changed, or the config is mistaken. */
export function missing(
  set: ReferenceSet,
  { named }: Found,
  files: readonly FileText[],
): readonly Omit<Difference, "accepted">[] {
  const where = files.length === 1 ? (files[0]?.path ?? "") : `${files.length} files`;
  if (files.length === 0) return [absent(set, set.place, `a file that is ${set.files.join(" or ")}`, "")];
  const found = new Set(named.map(({ equals }) => equals));
  const isMissing = ({ equals }: Named | Pattern): boolean => !found.has(equals);
  return [
    ...[...set.paths, ...set.env, ...set.variables]
      .filter(isMissing)
      .map(({ name, place }) => absent(set, place, name, where)),
    ...set.patterns
      .filter(isMissing)
      .map(({ expression, place }) => absent(set, place, `/${expression.source}/`, where)),
  ];
}

function absent(set: ReferenceSet, place: Place, what: string, where: string): Omit<Difference, "accepted"> {
  return {
    kind: "missing",
    set: set.name,
    place,
    file: undefined,
    way: what,
    found: where,
    declared: undefined,
    fix: { kind: "impossible", why: "only a person can tell where it went" },
  };
}
