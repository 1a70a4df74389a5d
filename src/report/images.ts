import { componentsOf, type Finding, type Findings, type FoundPlace, isConfirmed } from "../charts/find/index.ts";
import { formatCount } from "./format.ts";
import { type Color, createPaint, type Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { plainLine } from "./width.ts";

export interface ImagesOptions {
  readonly color: Color;
  /** Columns of the terminal; undefined: as wide as the text is. */
  readonly width: number | undefined;
}

/** Images as a table, those of one component together, then what is ignored and how many there are. */
export function renderImages({ images, ignored }: Findings, { color, width }: ImagesOptions): string {
  const rows = byComponent(images).map(({ component, finding }, index, all) => [
    all[index - 1]?.component === component ? "" : component,
    finding.reference,
    standingOf(finding),
    [...finding.flags.map(({ kind }) => kind), ...roleOf(finding)].join(" "),
  ]);
  const table =
    rows.length === 0 ? "" : renderTable({ head: ["COMPONENT", "IMAGE", "FOUND", "FLAGS"], rows, color, width });
  const left = ignored.map(({ finding, why }) => [finding.reference, why]);
  const second = left.length === 0 ? "" : renderTable({ head: ["IGNORED", "WHY"], rows: left, color, width });
  return [table, second, `${totals(images)}\n`].filter((part) => part !== "").join("\n");
}

/** Each image with every place where it was found, and what is to be said of it. */
export function renderWhy({ images, ignored }: Findings, { color }: ImagesOptions): string {
  const paint = createPaint(color);
  const found = images.map((finding) => explained(finding, [], paint));
  const left = ignored.map(({ finding, image, why }) => explained(finding, [`ignored by "${image}": ${why}`], paint));
  return `${[...found, ...left, totals(images)].join("\n\n")}\n`;
}

function explained(finding: Finding, notes: readonly string[], paint: Paint): string {
  const added = finding.added === undefined ? [] : [`added: ${finding.added}`];
  const said = [...notes, ...added, ...finding.flags.map(({ kind, says }) => `${kind}: ${says}`)];
  return [
    `${paint("bold", finding.reference)}  ${standingOf(finding)}`,
    ...said.map((text) => `  ${paint("yellow", plainLine(text))}`),
    ...finding.places.flatMap((place) => placeLines(place, finding.reference, paint)),
  ].join("\n");
}

function placeLines(place: FoundPlace, reference: string, paint: Paint): readonly string[] {
  const { source, line, column, kind, name, namespace, role, template, path, rule, written, certainty } = place;
  const document = [kind, namespace, name].filter((part) => part !== undefined).join("/");
  const what = [rule, certainty === "candidate" ? "a candidate" : "", role === "resource" ? "" : `in a ${role}`];
  const how = what.filter((part) => part !== "").join(", ");
  const from = template === undefined || template === source ? "" : `  from ${template}`;
  const text = written === reference ? "" : `  written ${written}`;
  return [
    `  ${source}:${line}:${column}  ${plainLine(document)}  ${plainLine(path)}`,
    `    ${paint("dim", plainLine(`by ${how}${from}${text}`))}`,
  ];
}

/** What is known of an image, in a word. */
function standingOf({ added, places, certainty, source }: Finding): string {
  if (source === "missing") return "missing";
  if (certainty === "candidate") return source === "there" ? "confirmed" : "candidate";
  return added !== undefined && places.length === 0 ? "added" : "sure";
}

/** Where an image is needed by hooks or tests alone, the release runs without it. */
function roleOf({ places }: Finding): readonly string[] {
  const roles = new Set(places.map(({ role }) => role));
  return roles.has("resource") ? [] : [...roles].sort();
}

function byComponent(images: readonly Finding[]): readonly { readonly component: string; readonly finding: Finding }[] {
  const rows = images.map((finding) => ({ component: componentsOf(finding)[0] ?? "", finding }));
  return rows.sort((a, b) => compare(a.component, b.component) || compare(a.finding.reference, b.finding.reference));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function totals(images: readonly Finding[]): string {
  const candidates = images.filter((finding) => !isConfirmed(finding) && finding.source === "unasked").length;
  const ask = candidates === 0 ? "" : `, ${formatCount(candidates, "candidate")} among them: --confirm asks registries`;
  return `${formatCount(images.length, "image")}${ask}`;
}
