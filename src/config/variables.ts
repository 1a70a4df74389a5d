import { didYouMean, type Failure } from "../failure/index.ts";
import type { Problems } from "./problems.ts";
import type { Names } from "./schema-errors.ts";
import type { Path, Source } from "./source.ts";
import { allParts, type Fault, type Part, parseTemplate, type Stretch } from "./template.ts";

/** Environment variables; those that are not set are missing or undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A string of the config, taken apart and found to name only variables that there are. */
export interface Text {
  readonly path: Path;
  readonly value: string;
  readonly parts: readonly Part[];
  /** `broken`: its failures are told, and its value means nothing. */
  readonly state: "sound" | "broken";
}

export type Evaluation =
  | { readonly kind: "value"; readonly value: string }
  /** Told already where there are no failures. */
  | { readonly kind: "broken"; readonly failures: readonly Failure[] };

/** Knows `vars` and the environment, and puts them into strings. */
export class Variables {
  readonly #texts = new Map<string, Text>();
  readonly #values = new Map<string, Evaluation>();
  readonly #known: Names["vars"];
  readonly #env: Environment;
  readonly #source: Source;
  readonly #problems: Problems;

  /** Vars that name each other in a circle, or what there is not, are failures; that a variable is not set is none yet. */
  constructor(
    vars: Readonly<Record<string, string>>,
    { env, source, problems, names }: { env: Environment; source: Source; problems: Problems; names: Names },
  ) {
    this.#env = env;
    this.#source = source;
    this.#problems = problems;
    this.#known = names.vars;
    for (const [name, value] of Object.entries(vars)) this.#texts.set(name, this.parse(["vars", name], value, []));
    this.#refuseCycles();
  }

  /** The vars' own texts, by name. */
  texts(): ReadonlyMap<string, Text> {
    return this.#texts;
  }

  /** Takes a string apart. What is wrong with the way it is written, and vars that there are not, go to the problems. */
  parse(path: Path, value: string, placeholders: readonly string[]): Text {
    const { parts, faults } = parseTemplate(value);
    let state: Text["state"] = faults.length > 0 ? "broken" : "sound";
    const refuse = (stretch: Stretch, code: string, message: string, hint: string | undefined): void => {
      state = "broken";
      this.#problems.refuse(this.#span(path, value, stretch), { code, message, hint });
    };
    for (const fault of faults) refuse(fault, "bad-interpolation", ...faultSentence(fault, value, placeholders));
    for (const part of allParts(parts)) {
      if (part.kind === "var" && this.#known !== undefined && !this.#known.has(part.name)) {
        refuse(part, "unknown-var", `There is no "${part.name}" under vars`, didYouMean(part.name, this.#known));
      }
      if (part.kind === "placeholder" && !placeholders.includes(part.name)) {
        refuse(part, "bad-interpolation", ...placeholderSentence(part.name, placeholders, this.#known ?? []));
      }
    }
    return { path, value, parts, state };
  }

  /** The string with everything put in; placeholders stay. */
  evaluate(text: Text): Evaluation {
    if (text.state === "broken") return { kind: "broken", failures: [] };
    return this.#join(text.parts, text);
  }

  /** Whether the file itself has a value for this string: nothing in it is from the environment, or has a default. */
  standsInFile(text: Text): boolean {
    const environment = allParts(text.parts).filter((part) => part.kind === "env");
    if (environment.some(({ fallback }) => fallback !== undefined && fallback.length > 0)) return true;
    if (environment.length > 0) return false;
    const named = allParts(text.parts).flatMap((part) => (part.kind === "var" ? [this.#texts.get(part.name)] : []));
    return named.every((one) => one === undefined || one.state === "broken" || this.standsInFile(one));
  }

  #join(parts: readonly Part[], text: Text): Evaluation {
    const failures: Failure[] = [];
    let value = "";
    let broken = false;
    for (const part of parts) {
      const piece = this.#piece(part, text);
      if (piece.kind === "value") value += piece.value;
      else {
        broken = true;
        failures.push(...piece.failures);
      }
    }
    return broken ? { kind: "broken", failures } : { kind: "value", value };
  }

  #piece(part: Part, text: Text): Evaluation {
    switch (part.kind) {
      case "text":
        return { kind: "value", value: part.text };
      case "placeholder":
        return { kind: "value", value: text.value.slice(part.at, part.at + part.length) };
      case "var":
        return this.#var(part.name);
      case "env": {
        const value = this.#env[part.name];
        if (value !== undefined && value !== "") return { kind: "value", value };
        if (part.fallback !== undefined) return this.#join(part.fallback, text);
        return { kind: "broken", failures: [this.#unset(part, value, text)] };
      }
    }
  }

  #var(name: string): Evaluation {
    const text = this.#texts.get(name);
    if (text === undefined) return { kind: "broken", failures: [] };
    const value = this.#values.get(name) ?? this.evaluate(text);
    this.#values.set(name, value);
    return value;
  }

  #unset(part: Part & { kind: "env" }, value: string | undefined, text: Text): Failure {
    return {
      code: "config/unset-variable",
      class: "usage",
      message: `The environment variable ${part.name} is ${value === undefined ? "not set" : "empty"}`,
      place: this.#source.place(this.#span(text.path, text.value, part)),
      hint: `Set it, or write a default: \${env:${part.name}:-default}`,
    };
  }

  #span(path: Path, value: string, { at, length }: Stretch) {
    return this.#source.partSpan(path, value, at, length);
  }

  #refuseCycles(): void {
    const closed = new Set<string>();
    const visit = (name: string, way: readonly Use[]): void => {
      if (closed.has(name)) return;
      const text = this.#texts.get(name);
      for (const part of allParts(text?.parts ?? [])) {
        if (part.kind !== "var" || text === undefined) continue;
        const here = [...way, { from: name, to: part.name, text, part }];
        const start = here.findIndex((use) => use.from === part.name);
        if (start !== -1) this.#refuseCycle(here.slice(start));
        else visit(part.name, here);
      }
      closed.add(name);
    };
    for (const name of this.#texts.keys()) visit(name, []);
  }

  #refuseCycle(uses: readonly Use[]): void {
    const [first, ...others] = uses.map(({ from, to, text, part }) => ({
      message: `${from} uses ${to}`,
      span: this.#span(text.path, text.value, part),
    }));
    if (first === undefined) return;
    for (const { from, text } of uses) this.#texts.set(from, { ...text, state: "broken" });
    const names = [...uses.map((use) => use.from), uses[0]?.from].join(" → ");
    const message = `These vars use each other in a circle: ${names}`;
    const related = others.map((use) => ({ message: use.message, place: this.#source.place(use.span) }));
    this.#problems.refuse(first.span, { code: "cycle", message, hint: "Write one of them out" }, related);
  }
}

interface Use {
  readonly from: string;
  readonly to: string;
  readonly text: Text;
  readonly part: Stretch;
}

const FORMS = "Write ${" + "vars.name}, ${" + "env:NAME} or ${" + "env:NAME:-default}; $${" + " is a literal ${";

function faultSentence(fault: Fault, value: string, placeholders: readonly string[]): [string, string | undefined] {
  const written = value.slice(fault.at, fault.at + fault.length);
  if (fault.kind === "open") return [`"${written}" is not closed`, "Add the closing }"];
  if (/^[A-Z_][A-Z0-9_]*$/.test(fault.inner)) return [`"${written}" is no variable`, `Write \${env:${fault.inner}}`];
  const known = placeholders.length === 0 ? undefined : didYouMean(fault.inner, placeholders);
  return [`"${written}" is no variable`, known?.startsWith("Did") ? known : FORMS];
}

function placeholderSentence(
  name: string,
  placeholders: readonly string[],
  vars: Iterable<string>,
): [string, string | undefined] {
  const written = `"\${${name}}"`;
  if (AS_NAMES.includes(name)) return [`${written} has a meaning only in "as" of a target`, FORMS];
  const variable = [...vars].find((one) => one === name);
  if (variable !== undefined) return [`${written} is no variable`, `Write \${vars.${name}}`];
  return [`${written} is no variable`, placeholders.length > 0 ? didYouMean(name, placeholders) : FORMS];
}

/** What `as` may use, besides vars and the environment. */
export const AS_NAMES: readonly string[] = ["name", "tag", "path", "registry", "image"];
