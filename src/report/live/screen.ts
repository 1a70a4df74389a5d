import type { Out } from "../reader.ts";
import { widthOf } from "../width.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ERASE_LINE = "\x1b[2K";
const ERASE_LINE_END = "\x1b[K";
/** Terminals that know these show a frame only when it is whole; others pass over them. */
const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";

/**
 * The lower rows of a terminal, drawn over and over, with lines above them that stay. Everything of one call goes out
 * in one write, so that no half frame is seen. The lines it is given must fit the terminal's width.
 */
export class Screen {
  readonly #out: Out;
  #drawn: readonly string[] = [];
  #cursor: "shown" | "hidden" = "shown";

  constructor(out: Out) {
    this.#out = out;
  }

  /** Puts lines above the area for good, and draws the area anew below them. */
  draw(above: readonly string[], area: readonly string[]): void {
    const lines = [...above, ...area];
    const text = lines.map((line) => `${ERASE_LINE}${line}${this.#eraseEnd(line)}\n`).join("");
    const before = this.#rowsOf(this.#drawn);
    const rest = eraseRows(before - this.#rowsOf(lines));
    this.#out.write(`${BEGIN_FRAME}${this.#hideCursor()}${up(before)}${text}${rest}${END_FRAME}`);
    this.#drawn = area;
  }

  /** Takes the area away and gives the cursor back; lines put above stay. */
  clear(): void {
    if (this.#cursor === "shown" && this.#drawn.length === 0) return;
    const rows = this.#rowsOf(this.#drawn);
    this.#out.write(`${up(rows)}${eraseRows(rows)}${SHOW_CURSOR}`);
    this.#drawn = [];
    this.#cursor = "shown";
  }

  #hideCursor(): string {
    if (this.#cursor === "hidden") return "";
    this.#cursor = "hidden";
    return HIDE_CURSOR;
  }

  /** Lines put above may be wider than the terminal, and so is the area of one that has become narrower. */
  #rowsOf(lines: readonly string[]): number {
    const columns = this.#out.columns ?? 0;
    if (columns <= 0) return lines.length;
    return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  }

  /** A line that goes on in the next row must erase what stood there; behind a full row it would erase its own end. */
  #eraseEnd(line: string): string {
    const columns = this.#out.columns ?? 0;
    const width = columns > 0 ? widthOf(line) : 0;
    return width > columns && width % columns !== 0 ? ERASE_LINE_END : "";
  }
}

/**
 * Erases the cursor's row and so many below it, and comes back. Row by row, because some terminals put a screen that
 * is erased as a whole into their scroll-back.
 */
function eraseRows(below: number): string {
  return below > 0 ? `${ERASE_LINE}${`\n${ERASE_LINE}`.repeat(below)}${up(below)}` : ERASE_LINE;
}

function up(rows: number): string {
  return rows > 0 ? `\r\x1b[${rows}A` : "\r";
}
