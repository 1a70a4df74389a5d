import { type Status, verdictOf } from "../../status/index.ts";
import { type Color, createPaint } from "../paint.ts";
import { renderTable } from "../table.ts";
import { plainLine } from "../width.ts";
import { finalLine, notesOf, referencedText, wordOf } from "./words.ts";

/** A release as a table for a terminal, what is to be said of its cells, and the final line. */
export function renderStatus(
  status: Status,
  { color, width }: { readonly color: Color; readonly width: number | undefined },
): string {
  const { targets, rows } = status;
  const withReferences = rows.some(({ referenced }) => referenced !== undefined);
  const table = renderTable({
    head: ["IMAGE", "VERSION", ...(withReferences ? ["REFERENCED"] : []), ...targets, "NOTES"],
    rows: rows.map((row) => [
      row.kind === "bundle" ? `${row.name} (bundle)` : row.name,
      row.version ?? row.digest?.slice(0, 19) ?? "",
      ...(withReferences ? [referencedText(row) ?? ""] : []),
      ...targets.map((target) => wordOf(row.cells.get(target) ?? { state: "absent" })),
      notesOf(row).join("; "),
    ]),
    color,
    width,
  });
  const verdict = verdictOf(status);
  const paint = createPaint(color);
  const style = verdict.state === "complete" ? "green" : verdict.state === "waiting" ? "yellow" : "red";
  const below = [...linksOf(status), ...failuresOfCells(status), ...extraOf(status)];
  return [
    rows.length === 0 ? "" : table,
    ...below.map((line) => `${plainLine(line)}\n`),
    `${paint(style, plainLine(finalLine(status, verdict)))}\n`,
  ].join("");
}

function linksOf({ rows }: Status): readonly string[] {
  return rows.flatMap(({ name, cells }) =>
    [...cells].flatMap(([target, cell]) =>
      "link" in cell && cell.link !== undefined ? [`${name} at ${target}: ${cell.state}, see ${cell.link}`] : [],
    ),
  );
}

function failuresOfCells({ rows }: Status): readonly string[] {
  return rows.flatMap(({ name, cells }) =>
    [...cells].flatMap(([target, cell]) =>
      cell.state === "unknown" ? [`${name} at ${target}: unknown: ${cell.failure.message}`] : [],
    ),
  );
}

const extraOf = ({ extra = [] }: Status): readonly string[] =>
  extra.map(({ target, repository, tags }) => `extra at ${target}: ${repository}: ${tags.join(", ")}`);
