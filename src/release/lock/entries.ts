import type { YamlSource } from "../../config/index.ts";
import { Failed, type Failure } from "../../failure/index.ts";

/** A value in the lock file, and the way to it; what is not as it must be is thrown with its place. */
export class Entry {
  readonly #text: YamlSource;
  readonly #path: readonly string[];
  readonly #value: unknown;

  constructor(text: YamlSource, path: readonly string[], value: unknown) {
    this.#text = text;
    this.#path = path;
    this.#value = value;
  }

  /** The last part of the way. */
  get name(): string {
    return this.#path.at(-1) ?? "";
  }

  /** The value behind a key; undefined where it is not there. */
  get(key: string): Entry | undefined {
    const value = this.#record()[key];
    return value === undefined ? undefined : new Entry(this.#text, [...this.#path, key], value);
  }

  need(key: string): Entry {
    const entry = this.get(key);
    if (entry === undefined) throw this.wrong(`has no "${key}"`);
    return entry;
  }

  /** The values of a map, in the order of the file; none where there is no map. */
  entries(key: string): Entry[] {
    const map = this.get(key);
    if (map === undefined) return [];
    return Object.entries(map.#record()).map(([name, value]) => new Entry(this.#text, [...map.#path, name], value));
  }

  /** The texts of a list; none where there is no list. */
  texts(key: string): string[] {
    const list = this.get(key);
    if (list === undefined) return [];
    if (!Array.isArray(list.#value)) throw list.wrong("is not a list");
    return list.#value.map((value: unknown, index) =>
      new Entry(this.#text, [...list.#path, String(index)], value).text(),
    );
  }

  text(): string {
    if (typeof this.#value !== "string" || this.#value === "") throw this.wrong("is not a text");
    return this.#value;
  }

  /** A whole number that is not negative. */
  count(): number {
    if (typeof this.#value !== "number" || !Number.isSafeInteger(this.#value) || this.#value < 0) {
      throw this.wrong("is not a whole number");
    }
    return this.#value;
  }

  /** A failure of this value. */
  wrong(what: string, hint?: string): Failed {
    const path = this.#path.join(".");
    return new Failed(this.failure(path === "" ? `The lock ${what}` : `${path} ${what}`, hint));
  }

  failure(message: string, hint = "Restore the file from version control, or delete it and run: mirror pin"): Failure {
    const place = this.#text.place(this.#text.valueSpan(this.#path));
    return { code: "lock/bad-entry", class: "usage", message, place, hint };
  }

  #record(): Readonly<Record<string, unknown>> {
    if (typeof this.#value !== "object" || this.#value === null || Array.isArray(this.#value)) {
      throw this.wrong("is not a map");
    }
    return this.#value as Readonly<Record<string, unknown>>;
  }
}
