import type { Out } from "../reader.ts";
import { widthOf } from "../width.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ERASE_BELOW = "\x1b[J";
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
    const lines = [...above, ...area].map((line) => `${line}\n`).join("");
    this.#out.write(`${BEGIN_FRAME}${this.#hideCursor()}${this.#backToTop()}${ERASE_BELOW}${lines}${END_FRAME}`);
    this.#drawn = area;
  }

  /** Takes the area away and gives the cursor back; lines put above stay. */
  clear(): void {
    if (this.#cursor === "shown" && this.#drawn.length === 0) return;
    this.#out.write(`${this.#backToTop()}${ERASE_BELOW}${SHOW_CURSOR}`);
    this.#drawn = [];
    this.#cursor = "shown";
  }

  #hideCursor(): string {
    if (this.#cursor === "hidden") return "";
    this.#cursor = "hidden";
    return HIDE_CURSOR;
  }

  /** A terminal that has become narrower has wrapped what was drawn into more rows. */
  #backToTop(): string {
    const columns = this.#out.columns ?? 0;
    let rows = 0;
    for (const line of this.#drawn) rows += columns > 0 ? Math.max(1, Math.ceil(widthOf(line) / columns)) : 1;
    return rows === 0 ? "\r" : `\r\x1b[${rows}A`;
  }
}
