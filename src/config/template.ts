/** A string with `${…}` in it, taken apart. Offsets count in the string's value. */
export interface Template {
  readonly parts: readonly Part[];
  readonly faults: readonly Fault[];
}

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | ({ readonly kind: "var"; readonly name: string } & Stretch)
  | ({ readonly kind: "env"; readonly name: string; readonly fallback: readonly Part[] | undefined } & Stretch)
  /** Left as it is for whoever names images: `${tag}`. */
  | ({ readonly kind: "placeholder"; readonly name: string } & Stretch);

export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** What is wrong with how a template is written. */
export type Fault = Stretch & ({ readonly kind: "open" } | { readonly kind: "unknown"; readonly inner: string });

const OPEN = "${";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads `${vars.name}`, `${env:NAME}`, `${env:NAME:-default}` (the default may use `${…}` again) and `${placeholder}`;
 * `$${` is a literal `${`.
 */
export function parseTemplate(text: string): Template {
  const faults: Fault[] = [];
  const { parts } = readParts(text, 0, "end", faults);
  return { parts, faults };
}

/** Every part, those within defaults too. */
export function allParts(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => (part.kind === "env" ? [part, ...allParts(part.fallback ?? [])] : [part]));
}

function readParts(text: string, from: number, until: "end" | "brace", faults: Fault[]) {
  const parts: Part[] = [];
  let literal = "";
  let at = from;
  const flush = (): void => {
    if (literal !== "") parts.push({ kind: "text", text: literal });
    literal = "";
  };
  while (at < text.length && !(until === "brace" && text[at] === "}")) {
    if (text.startsWith(`$${OPEN}`, at)) {
      literal += OPEN;
      at += 3;
    } else if (text.startsWith(OPEN, at)) {
      flush();
      const { part, next } = readExpression(text, at, faults);
      if (part !== undefined) parts.push(part);
      at = next;
    } else {
      literal += text[at++];
    }
  }
  flush();
  return { parts, next: at };
}

/** One `${…}`, the opening at `at`. */
function readExpression(text: string, at: number, faults: Fault[]): { part: Part | undefined; next: number } {
  const withDefault = /^\$\{env:([^}:]*):-/.exec(text.slice(at));
  if (withDefault !== null) {
    const { parts, next } = readParts(text, at + withDefault[0].length, "brace", faults);
    if (next >= text.length) return open(text, at, faults);
    const stretch = { at, length: next + 1 - at };
    return { part: environment(withDefault[1] ?? "", parts, stretch, text, faults), next: next + 1 };
  }
  const close = text.indexOf("}", at);
  if (close === -1) return open(text, at, faults);
  const stretch = { at, length: close + 1 - at };
  return { part: simple(text.slice(at + 2, close), stretch, text, faults), next: close + 1 };
}

function simple(inner: string, stretch: Stretch, text: string, faults: Fault[]): Part | undefined {
  if (inner.startsWith("env:")) return environment(inner.slice(4), undefined, stretch, text, faults);
  if (inner.startsWith("vars.") && NAME.test(inner.slice(5))) return { kind: "var", name: inner.slice(5), ...stretch };
  if (/^[a-z]+$/.test(inner)) return { kind: "placeholder", name: inner, ...stretch };
  faults.push({ kind: "unknown", inner, ...stretch });
  return undefined;
}

function environment(
  name: string,
  fallback: readonly Part[] | undefined,
  stretch: Stretch,
  text: string,
  faults: Fault[],
): Part | undefined {
  if (VARIABLE.test(name)) return { kind: "env", name, fallback, ...stretch };
  faults.push({ kind: "unknown", inner: text.slice(stretch.at + 2, stretch.at + stretch.length - 1), ...stretch });
  return undefined;
}

function open(text: string, at: number, faults: Fault[]) {
  faults.push({ kind: "open", at, length: text.length - at });
  return { part: undefined, next: text.length };
}
