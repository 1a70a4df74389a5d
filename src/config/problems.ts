import type { Failure, Place } from "../failure/index.ts";
import type { Source, Span } from "./source.ts";

/** A failure of the config before it has a class and a place. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Gathers what is wrong with a config, so that all of it is told at once. */
export class Problems {
  readonly failures: Failure[] = [];
  readonly warnings: Failure[] = [];
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Adds a failure; the same one at the same place counts once. */
  add(failure: Failure): void {
    const same = (other: Failure): boolean =>
      other.message === failure.message &&
      other.place?.line === failure.place?.line &&
      other.place?.column === failure.place?.column;
    if (!this.failures.some(same)) this.failures.push(failure);
  }

  refuse(span: Span, problem: Problem, related?: Failure["related"]): void {
    this.add({ ...this.#failure(span, problem), ...(related === undefined ? {} : { related }) });
  }

  warn(span: Span, problem: Problem): void {
    this.warnings.push(this.#failure(span, problem));
  }

  /** The failures as a reader of the file meets them. */
  inOrder(): readonly Failure[] {
    const start: Pick<Place, "line" | "column"> = { line: 0, column: 0 };
    return this.failures.toSorted((a, b) => {
      const [one, other] = [a.place ?? start, b.place ?? start];
      return one.line - other.line || one.column - other.column;
    });
  }

  #failure(span: Span, { code, message, hint }: Problem): Failure {
    const place = this.#source.place(span);
    return { code: `config/${code}`, class: "usage", message, place, ...(hint === undefined ? {} : { hint }) };
  }
}
