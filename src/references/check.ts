import { globToTest, type ReferenceSet } from "../config/index.ts";
import { compare, type Verdict } from "./compare.ts";
import { coverage, type ImageSite } from "./covers.ts";
import type { Declarations } from "./declared.ts";
import type { Comparison, Difference, Unknown } from "./difference.ts";
import { type Found, find } from "./find/find.ts";
import { missing } from "./missing.ts";
import { placeOf } from "./places.ts";
import { referencedVersions } from "./referenced.ts";
import type { Fix } from "./rewrite.ts";
import type { FileText, Site } from "./site.ts";

/** Compares what the files of each set say with what is declared. Pure: the same texts give the same answer. */
export function checkReferences(
  sets: readonly ReferenceSet[],
  filesOf: ReadonlyMap<string, readonly FileText[]>,
  declarations: Declarations,
): Comparison {
  const judged = sets.map((set) => judge(set, find(set, filesOf.get(set.name) ?? []), declarations));
  const byName = new Map(judged.map((one) => [one.set.name, one]));
  const raw = judged.flatMap((one) => [
    ...one.verdicts.flatMap(({ site, verdict }) => differenceOf(one.set, site, verdict)),
    ...missing(one.set, one.found, filesOf.get(one.set.name) ?? []),
    ...(one.set.covers.length === 0
      ? []
      : coverage(
          one.set,
          one.related,
          one.set.covers.flatMap((name) => byName.get(name)?.images ?? []),
        )),
  ]);
  const accepting = acceptance(sets);
  const differences = unique(raw).map((difference) => ({ ...difference, accepted: accepting.whyOf(difference) }));
  return {
    differences: differences.sort(inOrder),
    unknown: judged.flatMap(({ set, verdicts }) =>
      verdicts.flatMap(({ site, verdict }) => unknownOf(set, site, verdict)),
    ),
    agreeing: new Set(judged.flatMap(agreeing)).size,
    files: new Set([...filesOf.values()].flat().map(({ key }) => key)).size,
    stale: accepting.stale(),
    referenced: referencedVersions(judged),
  };
}

interface Judged {
  readonly set: ReferenceSet;
  readonly found: Found;
  readonly verdicts: readonly { readonly site: Site; readonly verdict: Verdict }[];
  /** Places that name images, other than `RELATED_IMAGE_*`. */
  readonly images: readonly ImageSite[];
  readonly related: readonly ImageSite[];
}

function judge(set: ReferenceSet, found: Found, declarations: Declarations): Judged {
  const verdictOf = (site: Site): Verdict => compare(site, declarations, set.at);
  const named = found.named.map((site) => ({ site, verdict: verdictOf(site) }));
  const images = found.images
    .map((site) => ({ site, verdict: verdictOf(site) }))
    // What only looks like an image is one where it has the name of one.
    .filter(({ site, verdict }) => site.certainty === "sure" || verdict.kind !== "undeclared");
  const all = [...named, ...images];
  const related = found.related.map((site) => imageSite({ site, verdict: verdictOf(site) }));
  const starts = new Set(related.map(({ site }) => `${site.file.key}:${site.piece.start}`));
  const others = all.filter(({ site }) => !starts.has(`${site.file.key}:${site.piece.start}`) && namesImage(site));
  return { set, found, verdicts: all, images: others.map(imageSite), related };
}

const namesImage = ({ equals }: Site): boolean =>
  equals === undefined || (equals.kind === "image" && equals.part === "reference");

function imageSite({ site, verdict }: { site: Site; verdict: Verdict }): ImageSite {
  return { site, images: verdict.kind === "undeclared" ? [] : verdict.images };
}

function differenceOf(set: ReferenceSet, site: Site, verdict: Verdict): readonly Omit<Difference, "accepted">[] {
  const { file, piece, tag, text, way } = site;
  // Of an image that is split, what differs is mostly its tag.
  const at = tag !== undefined && verdict.kind === "differs" && isOnly(verdict, tag.start) ? tag : piece;
  const base = { set: set.name, place: placeOf(file, at.start, at.end), file, way, found: text };
  switch (verdict.kind) {
    case "agrees":
    case "unknown":
      return [];
    case "differs":
    case "untagged": {
      const { kind, declared, by } = verdict;
      const fix: Fix = set.fix === "by-hand" ? BY_HAND : verdict.fix;
      return [{ ...base, kind, declared: { text: declared, by }, fix }];
    }
    case "undeclared": {
      const why = "the config does not say what it should be";
      return (["undeclared", ...(verdict.version === "untagged" ? ["untagged" as const] : [])] as const).map(
        (kind) => ({
          ...base,
          kind,
          declared: undefined,
          fix: { kind: "impossible", why },
        }),
      );
    }
  }
}

const BY_HAND: Fix = { kind: "impossible", why: "the config leaves it to a person which side is right" };

const isOnly = ({ fix }: Extract<Verdict, { kind: "differs" | "untagged" }>, start: number): boolean =>
  fix.kind === "possible" && fix.changes.every((change) => change.start === start);

function unknownOf(set: ReferenceSet, site: Site, verdict: Verdict): readonly Unknown[] {
  if (verdict.kind !== "unknown") return [];
  const { file, piece, text } = site;
  return [{ set: set.name, place: placeOf(file, piece.start, piece.end), found: text, why: verdict.why }];
}

const agreeing = ({ verdicts }: Judged): readonly string[] =>
  verdicts
    .filter(({ verdict }) => verdict.kind === "agrees")
    .map(({ site }) => `${site.file.key}:${site.piece.start}:${site.piece.end}`);

/** What two sets tell of one place is told once. */
function unique(differences: readonly Omit<Difference, "accepted">[]): readonly Omit<Difference, "accepted">[] {
  const seen = new Map(
    differences.toReversed().map((one) => {
      const { file, line, column } = one.place;
      return [`${file}:${line}:${column} ${one.kind} ${one.declared?.text ?? ""}`, one];
    }),
  );
  return [...seen.values()];
}

function inOrder(one: Difference, other: Difference): number {
  const [a, b] = [one.place, other.place];
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/** Which differences are accepted; a rule of the set that tells of it, and of no other. */
function acceptance(sets: readonly ReferenceSet[]) {
  const rules = sets.flatMap((set) =>
    set.accept.map((rule) => ({
      set: set.name,
      rule,
      isText: globToTest(rule.found),
      isFile: rule.file === undefined ? () => true : globToTest(rule.file),
    })),
  );
  const used = new Set<(typeof rules)[number]>();
  return {
    whyOf: ({ set, found, file, kind }: Omit<Difference, "accepted">): string | undefined => {
      if (kind === "missing") return undefined;
      const fitting = rules.find((one) => one.set === set && one.isText(found) && one.isFile(file?.path ?? ""));
      if (fitting !== undefined) used.add(fitting);
      return fitting?.rule.why;
    },
    stale: () =>
      rules.filter((one) => !used.has(one)).map(({ set, rule }) => ({ set, found: rule.found, place: rule.place })),
  };
}
