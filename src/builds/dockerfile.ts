/** An image that a Dockerfile starts from or copies out of. */
export interface BaseReference {
  /** With its arguments put in; undefined where one of them has no value here. */
  readonly reference: string | undefined;
  /** The part of the text that names it. */
  readonly start: number;
  readonly end: number;
}

/** An instruction as it stands in the text; lines that continue it are part of it. */
interface Instruction {
  readonly keyword: string;
  /** What follows the keyword, each character at its place: continuations are blanks. */
  readonly rest: string;
  /** Where `rest` stands. */
  readonly start: number;
}

/**
 * The images that a Dockerfile names in `FROM`, `COPY --from` and `RUN --mount=from` (Dockerfile reference), its own
 * stages and `scratch` left out. `args` are the build's arguments, which win over the defaults of `ARG` before the
 * first `FROM`.
 */
export function basesOf(text: string, args: ReadonlyMap<string, string>): readonly BaseReference[] {
  const declared = new Map<string, string>();
  const stages = new Set<string>();
  const bases: BaseReference[] = [];
  let from: "none" | "some" = "none";
  const add = (word: { readonly text: string; readonly start: number }): void => {
    const reference = substitute(word.text, declared);
    if (reference === "scratch" || stages.has(String(reference).toLowerCase()) || /^\d+$/.test(String(reference)))
      return;
    bases.push({ reference, start: word.start, end: word.start + word.text.length });
  };
  for (const instruction of instructionsOf(text)) {
    const words = wordsOf(instruction);
    switch (instruction.keyword) {
      case "ARG":
        if (from === "none") declareArguments(words, args, declared);
        break;
      case "FROM": {
        from = "some";
        const [image, as, name] = words.filter((word) => !word.text.startsWith("--"));
        if (image !== undefined) add(image);
        if (as?.text.toUpperCase() === "AS" && name !== undefined) stages.add(name.text.toLowerCase());
        break;
      }
      case "COPY":
      case "RUN":
        for (const word of words) for (const image of copiedFrom(word)) add(image);
        break;
      default:
    }
  }
  return bases;
}

/** A Dockerfile with other names for its images; every other character stays. */
export function withBases(text: string, names: ReadonlyMap<BaseReference, string>): string {
  let rewritten = "";
  let written = 0;
  for (const [{ start, end }, name] of [...names].sort(([one], [other]) => one.start - other.start)) {
    rewritten += text.slice(written, start) + name;
    written = end;
  }
  return rewritten + text.slice(written);
}

function declareArguments(
  words: readonly { readonly text: string }[],
  args: ReadonlyMap<string, string>,
  declared: Map<string, string>,
): void {
  for (const { text } of words) {
    const [name = "", ...value] = text.split("=");
    const given = args.get(name) ?? (value.length > 0 ? substitute(unquote(value.join("=")), declared) : undefined);
    if (given !== undefined) declared.set(name, given);
  }
}

/** `--from=IMAGE` of COPY, and `from=IMAGE` in a `--mount` of RUN. */
function copiedFrom({ text, start }: { readonly text: string; readonly start: number }) {
  const match = /^--from=(.+)$/.exec(text) ?? /^--mount=(?:.*,)?from=([^,]+)/.exec(text);
  const image = match?.[1];
  if (image === undefined) return [];
  return [{ text: image, start: start + (match?.[0].length ?? 0) - image.length }];
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; undefined where a value is missing. */
function substitute(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let missing = false;
  const substituted = unquote(text).replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_whole, plain: string | undefined, braced: string | undefined, sign: string | undefined, other = "") => {
      const value = values.get(plain ?? braced ?? "");
      if (sign === "+") return value === undefined || value === "" ? "" : other;
      if (sign === "-") return value === undefined || value === "" ? other : value;
      missing ||= value === undefined;
      return value ?? "";
    },
  );
  return missing ? undefined : substituted;
}

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/, "$2");

function wordsOf({ rest, start }: Instruction): { readonly text: string; readonly start: number }[] {
  return [...rest.matchAll(/\S+/g)].map((match) => ({ text: match[0], start: start + match.index }));
}

/** Instructions in order: comments, continued lines and here-documents are taken for what they are. */
function* instructionsOf(text: string): Generator<Instruction> {
  const continues = /^(?:\s*#[^\n]*\n)*?\s*#\s*escape\s*=\s*`/i.test(text) ? "`" : "\\";
  const lines = linesOf(text);
  for (let index = 0; index < lines.length; index++) {
    const first = lines[index];
    const match = /^\s*([A-Za-z]+)(?=\s|$)/.exec(first?.text ?? "");
    if (first === undefined || match?.[1] === undefined) continue;
    const start = first.start + match[0].length;
    let rest = first.text.slice(match[0].length);
    // Blanks in place of what is no part of the instruction keep every character where it stands in the text.
    while (rest.trimEnd().endsWith(continues) && index + 1 < lines.length) {
      const line = lines[++index]?.text ?? "";
      const at = rest.trimEnd().length - 1;
      const comment = /^\s*#/.test(line);
      rest = `${rest.slice(0, at)} ${rest.slice(at + 1)} ${comment ? `${" ".repeat(line.length - 1)}${continues}` : line}`;
    }
    yield { keyword: match[1].toUpperCase(), rest, start };
    for (const [, dash, word] of rest.matchAll(/<<(-?)["']?([A-Za-z_]\w*)["']?/g)) {
      if (!/^(?:RUN|COPY|ADD)$/i.test(match[1])) break;
      while (index + 1 < lines.length) {
        const line = lines[++index]?.text ?? "";
        if ((dash === "-" ? line.replace(/^\t+/, "") : line).trimEnd() === word) break;
      }
    }
  }
}

function linesOf(text: string): { readonly text: string; readonly start: number }[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const here = { text: line, start };
    start += line.length + 1;
    return here;
  });
}
