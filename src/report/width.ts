import { stripVTControlCharacters } from "node:util";

const ESCAPE = "\x1b";
const SGR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "y");
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

/** Pairs of first and last code point that take two columns (Unicode's East Asian Wide and Fullwidth, and emoji). */
const WIDE = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x274c, 0x274e],
  [0x2753, 0x2757],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f19a],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
] as const;

/** Columns that a text takes on a terminal; colour codes take none. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += widthOfCharacter(character);
  return width;
}

/** The text in at most so many columns, its colour codes kept; what is cut off ends in `…`. */
export function truncate(text: string, columns: number): string {
  if (text.length <= columns && PRINTABLE_ASCII.test(text)) return text;
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let width = 0;
  let painted = "";
  for (let at = 0; at < text.length; ) {
    const code = codeAt(text, at);
    if (code !== undefined) {
      painted = "\x1b[0m";
      kept += code;
      at += code.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    width += widthOfCharacter(character);
    if (width > columns - 1) break;
    kept += character;
    at += character.length;
  }
  return `${kept}…${painted}`;
}

/** The text filled with spaces on its right up to so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** The text filled with spaces on its left up to so many columns. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - widthOf(text))) + text;
}

/**
 * One line of foreign output as harmless text: no colours, no cursor movements, tabs as spaces, and of a line that
 * was overwritten by carriage returns its last form.
 */
export function plainLine(line: string): string {
  if (PRINTABLE_ASCII.test(line)) return line;
  const text = stripVTControlCharacters(line).replace(/[\r\n]+$/, "");
  const last = text.slice(text.lastIndexOf("\r") + 1);
  return last.replaceAll("\t", "  ").replace(/\p{Cc}/gu, "");
}

function codeAt(text: string, at: number): string | undefined {
  SGR.lastIndex = at;
  return SGR.exec(text)?.[0];
}

function widthOfCharacter(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0x20 && point < 0x7f) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}
