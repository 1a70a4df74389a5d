const ESCAPE = "\x1b";
/** A command to the terminal, or a character. */
const PIECES = new RegExp(`${ESCAPE}\\[(\\??)(\\d*)(?:;\\d+)*([A-Za-z])|[^]`, "gu");

/** A terminal small enough to read: keeps what has scrolled off, what is on the screen, and the cursor. */
export class Terminal {
  columns: number;
  rows: number;
  cursor: "shown" | "hidden" = "shown";
  /** Every write, as it came. */
  readonly writes: string[] = [];
  readonly #scrolledOff: string[] = [];
  #screen: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    this.writes.push(text);
    for (const [piece, command, count, final] of text.matchAll(PIECES)) {
      if (final === undefined) this.#put(piece);
      else this.#obey(command === "?" ? `?${final}` : final, Number(count === "" ? "1" : count));
    }
    return true;
  }

  /** Everything a person can see by scrolling back, without the empty rows at the end. */
  text(): string {
    return [...this.#scrolledOff, ...this.#screen]
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  screen(): readonly string[] {
    return this.#screen;
  }

  #put(character: string): void {
    if (character === "\r") {
      this.#column = 0;
      return;
    }
    if (character === "\n") {
      this.#column = 0;
      this.#down();
      return;
    }
    if (this.#column >= this.columns) this.#put("\n");
    const line = (this.#screen[this.#row] ?? "").padEnd(this.#column);
    this.#screen[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #down(): void {
    this.#row += 1;
    this.#screen[this.#row] ??= "";
    if (this.#screen.length <= this.rows) return;
    this.#scrolledOff.push(this.#screen.shift() ?? "");
    this.#row -= 1;
  }

  #obey(command: string, count: number): void {
    if (command === "A") this.#row = Math.max(0, this.#row - count);
    if (command === "K" && count === 2) this.#screen[this.#row] = "";
    // Behind a full row the cursor still stands on its last column.
    const column = Math.min(this.#column, this.columns - 1);
    if (command === "K" && count === 1) this.#screen[this.#row] = (this.#screen[this.#row] ?? "").slice(0, column);
    if (command === "?h" && count === 25) this.cursor = "shown";
    if (command === "?l" && count === 25) this.cursor = "hidden";
  }
}
