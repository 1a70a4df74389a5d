import type { Place } from "../failure/index.ts";
import type { Outline, Span } from "./outline.ts";

export type { Span } from "./outline.ts";

/** The way from the top of a file to a value: keys, and indexes of lists as text. */
export type Path = readonly string[];

/** What reading a YAML text gives: plain data, which is the same each time. */
export interface Reading {
  readonly value: unknown;
  readonly outline: Outline;
  /** Where secrets are written out. */
  readonly secrets: readonly Span[];
}

/** A YAML text that knows where each of its values stands. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #outline: Outline;
  readonly #lineStarts: readonly number[];
  readonly #masked: string;

  /** `file` is the name that places show. */
  constructor(file: string, text: string, { outline, secrets }: Omit<Reading, "value">) {
    this.file = file;
    this.text = text;
    this.#outline = outline;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#masked = masked(text, secrets);
  }

  /** Where the value at a path stands; where it is not written, the nearest thing around it that is. */
  valueSpan(path: Path): Span {
    const { value, steps } = this.#follow(path);
    if (steps === path.length) return { start: value[0], end: value[1] };
    return this.keySpan(path);
  }

  /** Where the key at the end of a path stands; for an item of a list, the item itself. */
  keySpan(path: Path): Span {
    const { key } = this.#follow(path);
    return key ?? { start: 0, end: 1 };
  }

  /** Where a part of the string at a path stands: `length` characters from `at` of its value. */
  partSpan(path: Path, value: string, at: number, length: number): Span {
    const whole = this.valueSpan(path);
    const part = value.slice(at, at + length);
    // Quotes, escapes and folded lines move characters about, but the n-th of equal parts stays the n-th.
    const start = nthIndexOf(this.text.slice(whole.start, whole.end), part, countOf(value.slice(0, at), part));
    return start === -1 ? whole : { start: whole.start + start, end: whole.start + start + length };
  }

  /** A span as a place; what stands behind its first line is left out. Passwords in the line are masked. */
  place({ start, end }: Span): Place {
    const line = this.#lineOf(Math.min(start, this.text.length));
    const lineStart = this.#lineStarts[line - 1] ?? 0;
    const lineEnd = (this.#lineStarts[line] ?? this.text.length + 1) - 1;
    const text = this.#masked.slice(lineStart, lineEnd).replace(/\r$/, "");
    const length = Math.max(1, Math.min(end, lineStart + text.trimEnd().length) - start);
    return { file: this.file, line, column: Math.min(start, this.text.length) - lineStart + 1, length, text };
  }

  /** The text of the value at a path as it is written. */
  written(path: Path): string {
    const { start, end } = this.valueSpan(path);
    return this.text.slice(start, end);
  }

  /** As far along a path as something is written: the value there, and the last key on the way. */
  #follow(path: Path): { value: Outline; key: Span | undefined; steps: number } {
    let value = this.#outline;
    let key: Span | undefined;
    for (const [steps, step] of path.entries()) {
      const below = value[2];
      const entry = below !== undefined && Object.hasOwn(below, step) ? below[step] : undefined;
      if (entry === undefined) return { value, key, steps };
      key = { start: entry[0], end: entry[1] };
      value = entry[2];
    }
    return { value, key, steps: path.length };
  }

  /** The number of the line that an offset is in, from 1. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

/** A variable without a default, which tells nothing; or one character that may. */
const OPEN_OR_SECRET = /\$\{[^}:]*(?::[^}:]*)?\}|[^\n]/g;

/** The text with literal passwords and tokens overwritten: a line of it may be shown in a log. */
function masked(text: string, secrets: readonly Span[]): string {
  return secrets.reduce((known, { start, end }) => {
    const cover = text.slice(start, end).replace(OPEN_OR_SECRET, (part, offset: number) => {
      const quote = /["']/.test(part) && (offset === 0 || offset === end - start - 1);
      return part.length > 1 || quote ? part : "*";
    });
    return known.slice(0, start) + cover + known.slice(end);
  }, text);
}

function countOf(text: string, part: string): number {
  return part === "" ? 0 : text.split(part).length - 1;
}

function nthIndexOf(text: string, part: string, n: number): number {
  let index = text.indexOf(part);
  for (let seen = 0; seen < n && index !== -1; seen++) index = text.indexOf(part, index + part.length);
  return index;
}
