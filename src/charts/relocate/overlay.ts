import { failureOf, unreachable } from "../../failure/index.ts";
import { parseReference } from "../../oci/index.ts";
import { type Finding, type Findings, type FoundPlace, findImages } from "../find/index.ts";
import type { Rendered, ValuesSource } from "../render/index.ts";
import { computedValuesTemplate, takeComputedValues } from "./computed-values.ts";
import { imageLeaves, type Leaf, type ValuePath, type Values } from "./leaves.ts";
import { marksFor, segmentsOf } from "./marks.ts";
import { changed, changesAlone } from "./set-in.ts";
import { type Equation, solve } from "./solve.ts";

/** How a chart is rendered once more. */
export interface Variation {
  /** Over the values that the config has for the chart, or instead of them. */
  readonly over?: ValuesSource;
  readonly instead?: ValuesSource;
  /** Files laid over those of the chart. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

export interface OverlayOptions {
  readonly render: (variation: Variation) => Promise<Rendered>;
  /** By the normalised reference of an image, the reference that stands for it at the target. */
  readonly wanted: ReadonlyMap<string, string>;
  /** True for images that are left out on purpose. */
  readonly isIgnored: (reference: string) => boolean;
}

export interface Overlay {
  /** Values that make the chart name the target; an empty map where none do. */
  readonly values: Values;
  /** What was changed: the way to each value, what it was and what it is. */
  readonly changes: readonly { readonly path: ValuePath; readonly from: string; readonly to: string }[];
  /** Images that the chart names at the target when these values are laid over its own. */
  readonly covered: readonly string[];
  /** Images that it still names elsewhere, where, and why. */
  readonly uncovered: readonly Uncovered[];
}

export interface Uncovered {
  readonly reference: string;
  readonly places: readonly FoundPlace[];
  /** A sentence without full stop. */
  readonly why: string;
}

/**
 * Finds the values that make a chart pull its images from a target. Values that may name images are replaced by marks
 * and the chart is rendered: where a mark comes out, its value is what made the image. The values found so are then
 * laid over the chart's own and it is rendered again: only what comes out of that counts as covered.
 *
 * Throws what `render` throws for the chart as it is.
 */
export async function overlayFor({ render, wanted, isIgnored }: OverlayOptions): Promise<Overlay> {
  const asItIs = await render({ files: computedValuesTemplate });
  const { values, rendered } = takeComputedValues(asItIs);
  const found = findingsIn(rendered);
  const sites = sitesOf(found);
  const tags = tagsToChange(wanted);
  const all = imageLeaves(values, [...new Set(sites.map(({ place }) => place.written))]);
  const leaves = all.filter(({ kind, text }) => kind !== "tag" || tags.has(text));
  const marked = sitesOf(findingsIn(await renderMarked(render, values, leaves)));

  const equations = equationsOf(sites, marked, wanted);
  const changes = changesFor(leaves, solve(equations), { values, sites, wanted });
  const overlay = changes.length === 0 ? {} : changesAlone(values, changes);
  const after = findingsIn(await render({ over: textOf(overlay) }));
  const made = new Set(
    equations.filter(({ segments }) => segments.some(({ kind }) => kind === "value")).map(({ wanted: to }) => to),
  );
  return { values: overlay, changes, ...judged(after, { wanted, made, isIgnored }) };
}

interface Site {
  /** The same in every rendering of a chart. */
  readonly key: string;
  readonly reference: string;
  readonly place: FoundPlace;
}

const findingsIn = ({ documents }: Rendered): Findings =>
  findImages(documents.map(({ source, text }) => ({ source, text })));

/** Every place of every image. What stands several times at one place is told apart by its turn. */
function sitesOf({ images }: Findings): readonly Site[] {
  const turns = new Map<string, number>();
  const all = images.flatMap(({ reference, places }) => places.map((place) => ({ reference, place })));
  const inOrder = all.sort((one, other) => compare(one.place, other.place));
  return inOrder.map(({ reference, place }) => {
    const at = [place.source, place.kind, place.name, place.path].join("\n");
    const turn = turns.get(at) ?? 0;
    turns.set(at, turn + 1);
    return { key: `${at}\n${turn}`, reference, place };
  });
}

const compare = (one: FoundPlace, other: FoundPlace): number => one.line - other.line || one.column - other.column;

/** Marks that a chart cannot be rendered with are left out: it is tried with fewer until it can. */
async function renderMarked(
  render: OverlayOptions["render"],
  values: Values,
  leaves: readonly Leaf[],
): Promise<Rendered> {
  const attempt = (kept: readonly Leaf[]): Promise<Rendered> => {
    const marks = marksFor(leaves).filter(({ path }) => kept.some((leaf) => leaf.path === path));
    return render({ instead: textOf(changed(values, marks)) });
  };
  const tolerated: Leaf[] = [];
  let rendered: Rendered | undefined;
  const sift = async (part: readonly Leaf[]): Promise<void> => {
    try {
      rendered = await attempt([...tolerated, ...part]);
      tolerated.push(...part);
    } catch (thrown) {
      if (failureOf(thrown).class === "cancelled") throw thrown;
      if (part.length <= 1) return;
      const half = Math.ceil(part.length / 2);
      await sift(part.slice(0, half));
      await sift(part.slice(half));
    }
  };
  await sift(leaves.filter(({ kind }) => kind !== "around"));
  return rendered ?? attempt([]);
}

function equationsOf(
  sites: readonly Site[],
  marked: readonly Site[],
  wanted: ReadonlyMap<string, string>,
): readonly Equation[] {
  const byKey = new Map(marked.map((site) => [site.key, site]));
  return sites.flatMap(({ key, reference }) => {
    const to = wanted.get(reference);
    const written = byKey.get(key)?.place.written;
    return to === undefined || written === undefined ? [] : [{ segments: segmentsOf(written), wanted: to }];
  });
}

/** Tags that images have another of at the target. A tag that stays is better left alone: templates compare versions. */
function tagsToChange(wanted: ReadonlyMap<string, string>): ReadonlySet<string> {
  const tagOf = (reference: string): string | undefined => parseReference(reference).tag;
  const moved = [...wanted].filter(([from, to]) => tagOf(from) !== tagOf(to)).map(([from]) => tagOf(from));
  return new Set(moved.filter((tag) => tag !== undefined));
}

interface Known {
  readonly values: Values;
  readonly sites: readonly Site[];
  readonly wanted: ReadonlyMap<string, string>;
}

function changesFor(leaves: readonly Leaf[], solved: ReadonlyMap<number, string>, known: Known): Overlay["changes"] {
  return leaves.flatMap((leaf, number) => {
    const to = changedText(leaf, solved.get(number), known);
    return to === undefined || to === leaf.text ? [] : [{ path: leaf.path, from: leaf.text, to }];
  });
}

function changedText(leaf: Leaf, solved: string | undefined, known: Known): string | undefined {
  switch (leaf.kind) {
    case "part":
    case "tag":
      return solved;
    case "around":
      return leaf.references.reduce((text, written) => {
        const site = known.sites.find(({ place }) => place.written === written);
        const to = known.wanted.get(site?.reference ?? "");
        return to === undefined ? text : text.replaceAll(written, to);
      }, leaf.text);
    default:
      return unreachable(leaf);
  }
}

/** JSON is YAML, and no text in it can be mistaken for a number. */
const textOf = (values: Values): ValuesSource => ({ name: "mirror's values", text: JSON.stringify(values) });

interface Judging {
  readonly wanted: ReadonlyMap<string, string>;
  /** What was to come out of values. */
  readonly made: ReadonlySet<string>;
  readonly isIgnored: (reference: string) => boolean;
}

function judged(after: Findings, { wanted, made, isIgnored }: Judging): Pick<Overlay, "covered" | "uncovered"> {
  const atTarget = new Set(wanted.values());
  const left = after.images.filter(({ reference }) => !atTarget.has(reference) && !isIgnored(reference));
  return {
    covered: after.images.map(({ reference }) => reference).filter((reference) => atTarget.has(reference)),
    uncovered: left.map((finding) => ({
      reference: finding.reference,
      places: finding.places,
      why: whyUncovered(finding, wanted.get(finding.reference), made),
    })),
  };
}

function whyUncovered({ certainty }: Finding, to: string | undefined, made: ReadonlySet<string>): string {
  if (to === undefined) {
    return certainty === "candidate"
      ? "it only looks like an image, and is not mirrored"
      : "the target does not have it";
  }
  if (made.has(to))
    return "its values are used for other images too, are set elsewhere, or are changed by the template";
  return "the template writes it, and no value changes it";
}
