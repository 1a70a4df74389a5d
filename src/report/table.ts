import { type Color, createPaint } from "./paint.ts";
import { padEnd, plainLine, truncate, widthOf } from "./width.ts";

export interface Table {
  readonly head: readonly string[];
  /** Cells in the order of the head; colour codes and line breaks in them are taken out. */
  readonly rows: readonly (readonly string[])[];
  readonly color: Color;
  /** Columns of the terminal; undefined: as wide as the text is. */
  readonly width: number | undefined;
}

const GAP = "  ";
const NARROWEST = 8;

/** Aligned columns below their heads. Where it is too wide, the widest columns are cut first. Ends with a newline. */
export function renderTable({ head, rows, color, width }: Table): string {
  const paint = createPaint(color);
  const cells = rows.map((row) => head.map((_, index) => plainLine((row[index] ?? "").replace(/\s*\n\s*/g, " "))));
  const widths = fit(naturalWidths(head, cells), width);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => padEnd(truncate(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(GAP)
      .trimEnd();
  return [paint("bold", line(head)), ...cells.map(line)].map((text) => `${text}\n`).join("");
}

function naturalWidths(head: readonly string[], rows: readonly (readonly string[])[]): number[] {
  const widths = head.map(widthOf);
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return widths;
}

/** Takes from the widest until the row fits, and never below a width at which a cell says nothing. */
function fit(widths: readonly number[], width: number | undefined): number[] {
  const fitted = [...widths];
  if (width === undefined) return fitted;
  const room = width - GAP.length * (fitted.length - 1);
  let excess = fitted.reduce((sum, one) => sum + one, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...fitted);
    if (widest <= NARROWEST) break;
    fitted[fitted.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return fitted;
}
