/** Where the quick reader stands in its text. */
export interface Cursor {
  readonly text: string;
  readonly end: number;
  at: number;
  /** Of the content that the cursor stands before: its column, counted from 0; -1 behind the last. */
  column: number;
  /** Lines that {@link toContent} has just passed over. */
  blanks: number;
  comments: number;
  /** Of how many collections the cursor is in. */
  depth: number;
}

/** Thrown where a text uses more of YAML than the quick reader knows, or is none: the library is to read it. */
export const BEYOND = Symbol("beyond the quick reader");

/** Collections in collections: far more than any manifest has, far fewer than fit on the stack. */
export const DEEPEST = 500;

/** Reads what is in a collection. */
export function deeper<T>(cursor: Cursor, read: () => T): T {
  if (++cursor.depth > DEEPEST) throw BEYOND;
  const inner = read();
  cursor.depth--;
  return inner;
}

/** Where the line ends, without its line end. */
export function lineEnd({ text, end }: Cursor, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 || at > end ? end : at;
}

export function skipSpaces(cursor: Cursor): void {
  while (cursor.at < cursor.end && cursor.text[cursor.at] === " ") cursor.at++;
}

/** True where a character ends a token: a space, a line end, the end of the text. */
export function isBlankAt({ text, end }: Cursor, at: number): boolean {
  if (at >= end) return true;
  const character = text[at];
  if (character === "\t") throw BEYOND;
  return character === " " || character === "\n";
}

/** Behind a value: nothing may follow it on its line but a comment. Goes on to the next content. */
export function toNextLine(cursor: Cursor): void {
  const before = cursor.at;
  skipSpaces(cursor);
  const end = lineEnd(cursor, cursor.at);
  if (cursor.at < end && (cursor.text[cursor.at] !== "#" || before === cursor.at)) throw BEYOND;
  cursor.at = end + 1;
  toContent(cursor);
}

/** From the start of a line to the next content, over blank lines and comments. */
export function toContent(cursor: Cursor): void {
  const { text, end } = cursor;
  cursor.blanks = 0;
  cursor.comments = 0;
  while (cursor.at < end) {
    const start = cursor.at;
    skipSpaces(cursor);
    const character = text[cursor.at];
    if (cursor.at >= end) break;
    if (character === "\t") throw BEYOND;
    if (character === "\n") {
      cursor.blanks++;
      cursor.at++;
    } else if (character === "#") {
      cursor.comments++;
      cursor.at = lineEnd(cursor, cursor.at) + 1;
    } else {
      cursor.column = cursor.at - start;
      return;
    }
  }
  cursor.column = -1;
}
