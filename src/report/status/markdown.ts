import { type Cell, type Status, verdictOf } from "../../status/index.ts";
import { finalLine, notesOf, referencedText, wordOf } from "./words.ts";

/** A release as a table to paste into a pull request, and the final line below it. */
export function renderStatusMarkdown(status: Status): string {
  const { targets, rows, extra = [] } = status;
  const withReferences = rows.some(({ referenced }) => referenced !== undefined);
  const head = ["Image", "Version", ...(withReferences ? ["Referenced"] : []), ...targets, "Notes"];
  const body = rows.map((row) => [
    row.kind === "bundle" ? `${row.name} (bundle)` : row.name,
    row.version ?? row.digest?.slice(0, 19) ?? "",
    ...(withReferences ? [referencedText(row) ?? ""] : []),
    ...targets.map((target) => cellText(row.cells.get(target) ?? { state: "absent" })),
    notesOf(row).join("; "),
  ]);
  const unknown = rows.flatMap(({ name, cells }) =>
    [...cells].flatMap(([target, cell]) =>
      cell.state === "unknown" ? [`- ${escaped(`${name} at ${target}: ${cell.failure.message}`)}`] : [],
    ),
  );
  const left = extra.map(
    ({ target, repository, tags }) => `- ${escaped(`extra at ${target}: ${repository}: ${tags.join(", ")}`)}`,
  );
  const below = [...unknown, ...left];
  return [
    ...(rows.length === 0 ? [] : [...aligned([head, ...body.map((line) => line.map(escapedCell))]), ""]),
    ...(below.length === 0 ? [] : [...below, ""]),
    `**${escaped(finalLine(status, verdictOf(status)))}**`,
    "",
  ].join("\n");
}

function cellText(cell: Cell): string {
  const word = wordOf(cell);
  return "link" in cell && cell.link !== undefined ? `[${word}](${cell.link})` : word;
}

/** Columns as wide as their widest cell, so that the text reads as a table too. */
function aligned([head = [], ...body]: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((cell, index) => Math.max(3, cell.length, ...body.map((line) => (line[index] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (cells[index] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)];
}

const escapedCell = (text: string): string => text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
const escaped = (text: string): string => text.replace(/\s*\n\s*/g, " ").replace(/[<*_`]/g, "\\$&");
