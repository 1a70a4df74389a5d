import { unreachable } from "../failure/index.ts";
import { shortDigest } from "../oci/index.ts";
import type { ImageChange, LockDiff, LockedChartChange, Shipment } from "../release/index.ts";
import { formatBytes } from "./format.ts";
import type { Color } from "./paint.ts";
import { renderTable } from "./table.ts";

/** The differences of two locks as tables, and what is to be shipped for them. Empty where there are none. */
export function renderLockDiff(
  { images, sources, charts, shipment }: LockDiff,
  { color, width }: { readonly color: Color; readonly width: number | undefined },
): string {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
    rows.length === 0 ? [] : [renderTable({ head, rows, color, width })];
  const parts = [
    ...table(
      ["SOURCE", "CHANGE", "FROM", "TO"],
      sources.map((change) => [
        change.name,
        change.kind,
        ...ends(change, ({ ref, commit }) => `${ref ?? ""} ${commit.slice(0, 12)}`.trim()),
      ]),
    ),
    ...table(
      ["CHART", "CHANGE", "FROM", "TO", "IMAGES"],
      charts.map((change) => [change.name, change.kind, ...ends(change, ({ version }) => version), counted(change)]),
    ),
    ...table(["IMAGE", "CHANGE", "FROM", "TO", "SIZE"], images.map(imageRow)),
  ];
  if (parts.length === 0) return "";
  return [...parts, `${summary(images)}\n${shipped(shipment)}`].join("\n");
}

function imageRow(change: ImageChange): string[] {
  const [from, to] = ends(change, ({ repository, tag, digest }) => {
    const name =
      "from" in change && "to" in change && change.from.repository !== change.to.repository ? `${repository}:` : "";
    return `${name}${tag ?? ""} ${shortDigest(digest)}`.trim();
  });
  const size = change.kind === "added" || change.kind === "moved" ? change.to.size : undefined;
  return [change.name, kindOf(change), from, to, size === undefined ? "" : formatBytes(size)];
}

function kindOf(change: ImageChange): string {
  switch (change.kind) {
    case "added":
    case "removed":
      return change.kind;
    case "moved":
      return change.from.tag === change.to.tag ? "moved under its tag" : "moved";
    case "retagged":
      return "same digest, new tag";
    default:
      return unreachable(change);
  }
}

function ends<Value>(
  change: { readonly from?: Value; readonly to?: Value },
  show: (value: Value) => string,
): [string, string] {
  return [change.from === undefined ? "" : show(change.from), change.to === undefined ? "" : show(change.to)];
}

const counted = ({ added, gone }: LockedChartChange): string =>
  [added.length === 0 ? "" : `+${added.length}`, gone.length === 0 ? "" : `-${gone.length}`].filter(Boolean).join(" ");

function summary(images: readonly ImageChange[]): string {
  const count = (kind: ImageChange["kind"]): number => images.filter((change) => change.kind === kind).length;
  const parts = [
    [count("added"), "added"],
    [count("removed"), "removed"],
    [count("moved"), "moved"],
    [count("retagged"), "under a new tag"],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `images: ${told.length === 0 ? "none changed" : told.join(", ")}`;
}

function shipped({ bytes, images, unknown }: Shipment): string {
  if (images === 0) return "to ship: nothing, every digest is there already\n";
  const not = unknown.length === 0 ? "" : `, and ${unknown.length} of unknown size (${unknown.slice(0, 3).join(", ")})`;
  return `to ship: at most ${formatBytes(bytes)} for ${images} ${images === 1 ? "image" : "images"}${not}; platforms that targets take, each once; shared layers count with each\n`;
}
