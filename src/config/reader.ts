import { isAbsolute, resolve } from "node:path";
import { didYouMean, type Failure, type Place } from "../failure/index.ts";
import type { Secret } from "./config.ts";
import type { Cursor } from "./cursor.ts";
import { checkFiles, type ExpectedFile } from "./files.ts";
import type { Problem, Problems } from "./problems.ts";
import type { Secret as RawSecret } from "./schema.gen.ts";
import type { Names, Section } from "./schema-errors.ts";
import { secretOf } from "./secret.ts";
import { formatPath } from "./sentences.ts";
import type { Source } from "./source.ts";
import { AS_NAMES, type Environment, type Text, type Variables } from "./variables.ts";

/** What is wrong with the form of a text, or undefined where nothing is. */
export type Form = (text: string) => { readonly message: string; readonly hint?: string | undefined } | undefined;

/** Reads values out of the raw config: puts variables in, checks forms and names, and knows every place. */
export class Reader {
  readonly names: Names;
  readonly variables: Variables;
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #env: Environment;
  readonly #folder: string;
  readonly #mayLack: (path: readonly string[]) => boolean;
  readonly #files: ExpectedFile[] = [];

  constructor(given: {
    source: Source;
    problems: Problems;
    variables: Variables;
    names: Names;
    env: Environment;
    folder: string;
    mayLack: (path: readonly string[]) => boolean;
  }) {
    this.names = given.names;
    this.variables = given.variables;
    this.#source = given.source;
    this.#problems = given.problems;
    this.#env = given.env;
    this.#folder = given.folder;
    this.#mayLack = given.mayLack;
  }

  /** Where a value stands. */
  place(cursor: Cursor<unknown>): Place {
    return this.#source.place(this.#source.valueSpan(cursor.path));
  }

  /** Where the key of an entry stands. */
  keyPlace(cursor: Cursor<unknown>): Place {
    return this.#source.place(this.#source.keySpan(cursor.path));
  }

  /** A string with its variables put in and its form checked. Where that fails the problems know, and it is empty. */
  text(cursor: Cursor<string>, form?: Form): string {
    return this.#evaluate(this.variables.parse(cursor.path, cursor.value, []), form);
  }

  /** A name as `as` gives it: placeholders stay in it. */
  template(cursor: Cursor<string>, form: Form, placeholders: readonly string[] = AS_NAMES): string {
    return this.#evaluate(this.variables.parse(cursor.path, cursor.value, placeholders), form);
  }

  /** An absolute path. */
  path(cursor: Cursor<string>): string {
    const text = this.text(cursor);
    return text === "" ? "" : this.#absolute(text);
  }

  /** An absolute path of something that must be there, unless whoever reads the config can do without. */
  existing(cursor: Cursor<string>, kind: ExpectedFile["kind"]): string {
    const text = this.text(cursor);
    if (text === "") return "";
    const path = this.#absolute(text);
    if (!this.#mayLack(cursor.path))
      this.#files.push({ path, written: text, kind, name: formatPath(cursor.path), cursor });
    return path;
  }

  secret(cursor: Cursor<RawSecret>): Secret {
    const place = this.place(cursor);
    return secretOf(this, { cursor, place, env: this.#env, cwd: this.#folder });
  }

  /** Warns where a password or token stands in the file itself. */
  warnOfLiteral(cursor: Cursor<RawSecret>): void {
    if (typeof cursor.value !== "string") return;
    const text = this.variables.parse(cursor.path, cursor.value, []);
    if (text.state === "broken" || !this.variables.standsInFile(text)) return;
    const variable = `${cursor.path[1]}_${cursor.path.at(-1)}`.replace(/\W/g, "_").toUpperCase();
    this.#problems.warn(this.#source.valueSpan(cursor.path), {
      code: "literal-secret",
      message: `${formatPath(cursor.path)} is written literally`,
      hint: `Take it from the environment, as in \${env:${variable}}, or from a command: { command: [op, read, …] }`,
    });
  }

  /** A name that another section declares. */
  named(cursor: Cursor<string>, section: Section): string {
    const name = this.text(cursor);
    if (name !== "") this.expectName(cursor, name, section);
    return name;
  }

  /** Whether `section` declares `name`, which a value mentions; tells where it does not. */
  expectName(cursor: Cursor<unknown>, name: string, section: Section, hint?: string): boolean {
    const known = this.names[section];
    if (known === undefined || known.has(name)) return true;
    const kind = section === "registries" ? "registry" : section.slice(0, -1);
    const message = `${formatPath(cursor.path)} names the ${kind} "${name}", and there is none of that name`;
    this.refuse(cursor, {
      code: `unknown-${kind}`,
      message,
      hint: hint ?? didYouMean(name, known) ?? `Declare it under ${section}`,
    });
    return false;
  }

  refuse(cursor: Cursor<unknown>, problem: Problem, related?: Failure["related"]): void {
    this.#problems.refuse(this.#source.valueSpan(cursor.path), problem, related);
  }

  refuseKey(cursor: Cursor<unknown>, problem: Problem): void {
    this.#problems.refuse(this.#source.keySpan(cursor.path), problem);
  }

  /** Looks whether all files are there that must be. */
  async checkFiles(): Promise<void> {
    for (const { cursor, problem } of await checkFiles(this.#files)) this.refuse(cursor, problem);
  }

  #evaluate(text: Text, form: Form | undefined): string {
    const evaluation = this.variables.evaluate(text);
    if (evaluation.kind === "broken") {
      for (const failure of evaluation.failures) this.#problems.add(failure);
      return "";
    }
    const wrong = form?.(evaluation.value);
    if (wrong !== undefined) {
      const message = `${formatPath(text.path)}: ${wrong.message}`;
      this.refuse(text, { code: "bad-value", message, hint: wrong.hint });
    }
    return evaluation.value;
  }

  #absolute(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#folder, path);
  }
}
