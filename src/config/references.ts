import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { parsePath } from "./document-path.ts";
import type { Form, Reader } from "./reader.ts";
import type { Accepted, Equals, Named, Pattern, ReferenceSet } from "./reference-set.ts";
import type { Accepted as RawAccepted, Equals as RawEquals, Pattern as RawPattern, References } from "./schema.gen.ts";
import { formatPath } from "./sentences.ts";

/** Reads where the product names its images and versions. */
export function readReferences(
  raw: Cursor<Readonly<Record<string, References>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, ReferenceSet> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readSet(name, cursor, reader)]));
}

function readSet(name: string, cursor: Cursor<References>, reader: Reader): ReferenceSet {
  const [source, at] = [get(cursor, "source"), get(cursor, "at")];
  const texts = (key: "files" | "exclude"): readonly string[] =>
    items(get(cursor, key)).map((item) => reader.text(item, globForm));
  const hasText = cursor.value.variables !== undefined || cursor.value.patterns !== undefined;
  return {
    name,
    place: reader.keyPlace(cursor),
    source: source === undefined ? undefined : reader.named(source, "sources"),
    files: texts("files"),
    exclude: texts("exclude"),
    images: cursor.value.images ?? (hasText ? "ignore" : "compare"),
    at: at === undefined ? undefined : reader.named(at, "targets"),
    paths: readPaths(get(cursor, "paths"), reader),
    env: readNamed(get(cursor, "env"), reader),
    variables: readNamed(get(cursor, "variables"), reader),
    patterns: items(get(cursor, "patterns")).map((item) => readPattern(item, reader)),
    covers: items(get(cursor, "covers")).map((item) => reader.named(item, "references")),
    fix: cursor.value.fix ?? "in-place",
    accept: items(get(cursor, "accept")).map((item) => readAccepted(item, reader)),
  };
}

function readPaths(
  raw: Cursor<Readonly<Record<string, RawEquals>>> | undefined,
  reader: Reader,
): ReferenceSet["paths"] {
  return readNamed(raw, reader).map((named) => {
    const steps = parsePath(named.name);
    if (steps === undefined) {
      const cursor = { value: undefined, path: [...(raw?.path ?? []), named.name] };
      const hint = 'Write for example spec.containers[name=manager].image; a key with dots as ["a.b"]';
      reader.refuseKey(cursor, { code: "bad-value", message: `"${named.name}" is no path`, hint });
    }
    return { ...named, steps: steps ?? [] };
  });
}

function readNamed(raw: Cursor<Readonly<Record<string, RawEquals>>> | undefined, reader: Reader): readonly Named[] {
  return entries(raw).map(([name, cursor]) => ({
    name,
    place: reader.keyPlace(cursor),
    equals: readEquals(cursor, reader),
  }));
}

function readPattern(cursor: Cursor<RawPattern>, reader: Reader): Pattern {
  // What stands in it is no template: a `$` has its own meaning in an expression.
  const { value, path } = need(cursor, "pattern");
  const { expression, wrong } = compile(value);
  if (wrong !== undefined) {
    const message = `${formatPath(path)} ${wrong}`;
    const hint = "Write for example: version=(?<version>[\\d.]+)";
    reader.refuse({ value, path }, { code: "bad-value", message, hint });
  }
  return { expression, place: reader.place({ value, path }), equals: readEquals(need(cursor, "equals"), reader) };
}

function compile(text: string): { readonly expression: RegExp; readonly wrong: string | undefined } {
  try {
    const expression = new RegExp(text, "dgm");
    const groups = text.match(/\(\?<(?![=!])/g)?.length ?? 0;
    return { expression, wrong: groups === 1 ? undefined : "needs one named group, the part that is compared" };
  } catch (error) {
    return { expression: /(?!)/dg, wrong: `is no regular expression: ${(error as Error).message}` };
  }
}

function readEquals({ value, path }: Cursor<RawEquals>, reader: Reader): Equals {
  if (typeof value === "string") {
    return { kind: "image", image: reader.named({ value, path }, "images"), part: "reference" };
  }
  const cursor = { value, path };
  const [image, variable, text] = [get(cursor, "image"), get(cursor, "var"), get(cursor, "text")];
  if ([image, variable, text].filter((one) => one !== undefined).length !== 1) {
    const message = `${formatPath(path)} needs one of image, var and text`;
    reader.refuseKey(cursor, { code: "bad-value", message, hint: "Write for example { var: release }" });
  }
  if (image !== undefined) {
    return { kind: "image", image: reader.named(image, "images"), part: value.part ?? "reference" };
  }
  if (variable !== undefined) {
    const known = reader.expectName(variable, variable.value, "vars");
    const template = { value: `\${vars.${variable.value}}`, path: variable.path };
    return { kind: "text", text: known ? reader.text(template) : "", origin: `var ${variable.value}` };
  }
  return { kind: "text", text: text === undefined ? "" : reader.text(text), origin: "text" };
}

function readAccepted(cursor: Cursor<RawAccepted>, reader: Reader): Accepted {
  const file = get(cursor, "file");
  return {
    place: reader.place(cursor),
    found: reader.text(need(cursor, "found")),
    file: file === undefined ? undefined : reader.text(file),
    why: reader.text(need(cursor, "why")),
  };
}

/** Files are those of the source: a glob cannot lead out of it. */
const globForm: Form = (text) =>
  text.startsWith("/") || text.split("/").includes("..")
    ? { message: `"${text}" leads out of the source`, hint: "Write a path or glob below the source's folder" }
    : undefined;
