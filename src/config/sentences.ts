import type { ErrorObject } from "ajv";
import { didYouMean } from "../failure/index.ts";
import type { Problem } from "./problems.ts";
import type { Path, Source } from "./source.ts";

/** An error of the schema in words, and what of the file it is about. */
export interface Complaint extends Problem {
  readonly path: Path;
  readonly at: "key" | "value";
}

/** Says in a sentence what the schema has against a value. */
export function complaintOf(error: ErrorObject, source: Source): Complaint {
  const path = pathOf(error);
  const name = formatPath(path);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(error, path);
    case "required":
      return missing(error, path, String(error.params.missingProperty));
    case "type":
      return wrongType(error, path, source);
    case "discriminator":
      return wrongKind(error, path, source);
    case "const":
    case "enum":
      return badValue(path, `${name} cannot be ${quoted(path, source)}`, choice(error.schema, quoted(path, source)));
    case "propertyNames": {
      const key = String(error.params.propertyName);
      const hint = 'A name starts with a letter or digit and has letters, digits, ".", "_" and "-"';
      return { code: "bad-name", message: `"${key}" in ${name} is not a name`, hint, path: [...path, key], at: "key" };
    }
    case "minItems":
      return badValue(path, `${name} is empty`, example(error.parentSchema, Array.isArray));
    case "minProperties":
      return badValue(path, `${name} is empty`, example(error.parentSchema));
    case "minimum":
      return badValue(path, `${name} must be ${error.schema} or more`, undefined);
    case "not":
      return { ...badValue(path, String(error.parentSchema?.description), "Keep one of them"), at: "key" };
    default:
      return badValue(path, `${name} is not what ${error.keyword} of the schema wants`, example(error.parentSchema));
  }
}

/** The way to the value that an error is about. */
export function pathOf(error: ErrorObject): Path {
  return error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A path as people write it: `targets.harbor.images[0]`. */
export function formatPath(path: Path): string {
  if (path.length === 0) return "the config";
  return path
    .map((part, index) => (/^\d+$/.test(part) && index > 0 ? `[${part}]` : `.${part}`))
    .join("")
    .slice(1);
}

function unknownKey(error: ErrorObject, path: Path): Complaint {
  const key = String(error.params.additionalProperty);
  const hint = didYouMean(key, Object.keys(error.parentSchema?.properties ?? {}));
  const message = `${capital(formatPath(path))} has no key "${key}"`;
  return { code: "unknown-key", message, hint, path: [...path, key], at: "key" };
}

function missing(error: ErrorObject, path: Path, key: string): Complaint {
  const { description, properties } = error.parentSchema ?? {};
  const sample = properties?.[key]?.examples?.[0] ?? properties?.[key]?.const;
  const hint =
    description ?? (sample === undefined ? `Add ${key}` : `Add it, as in ${key}: ${format(sample, "block")}`);
  return { code: "missing-key", message: `${capital(formatPath(path))} has no ${key}`, hint, path, at: "key" };
}

function wrongType(error: ErrorObject, path: Path, source: Source): Complaint {
  const wanted: readonly string[] = [error.schema].flat().map(String);
  const written = source.written(path);
  const scalar = ["number", "boolean"].includes(typeof error.data);
  const hint =
    wanted.includes("string") && scalar && !written.includes("\n")
      ? `Put it in quotes: "${written}"`
      : (error.parentSchema?.description ?? example(error.parentSchema));
  const must = wanted.map((type) => TYPES[type] ?? type).join(" or ");
  const message = `${capital(formatPath(path))} must be ${must}, ${error.data === null ? "and nothing is written" : `not ${typeName(error.data)}`}`;
  return { code: "wrong-type", message, hint, path, at: error.data === null ? "key" : "value" };
}

/** A registry without a type, or of a type that there is not. */
function wrongKind(error: ErrorObject, path: Path, source: Source): Complaint {
  const tag = String(error.params.tag);
  const kinds = kindsOf(error.parentSchema);
  const value: unknown = error.params.tagValue;
  if (value === undefined) {
    const message = `${capital(formatPath(path))} has no ${tag}`;
    return { code: "missing-key", message, hint: `Add it, one of ${kinds.join(", ")}`, path, at: "key" };
  }
  const at = [...path, tag];
  return badValue(at, `${formatPath(at)} cannot be ${quoted(at, source)}`, choice(kinds, String(value)));
}

/** The values of the key that tells the branches apart; each branch is a definition called `KINDRegistry`. */
function kindsOf(parent: ErrorObject["parentSchema"]): readonly string[] {
  const branches: readonly { $ref?: string }[] = parent?.oneOf ?? [];
  return branches.map(({ $ref = "" }) => $ref.replace(/^.*\/|Registry$/g, ""));
}

function badValue(path: Path, message: string, hint: string | undefined): Complaint {
  return { code: "bad-value", message: capital(message), hint, path, at: "value" };
}

function choice(allowed: unknown, written: string): string | undefined {
  const values = [allowed].flat().map(String);
  return values.length === 1 ? `Write ${values[0]}` : didYouMean(written.replaceAll('"', ""), values);
}

const quoted = (path: Path, source: Source): string => `"${source.written(path).replace(/^["']|["']$/g, "")}"`;

function example(
  schema: ErrorObject["parentSchema"],
  fits: (sample: unknown) => boolean = () => true,
): string | undefined {
  const samples: readonly unknown[] = schema?.examples ?? [];
  const sample = samples.find(fits);
  return sample === undefined ? undefined : `Write for example ${format(sample, "block")}`;
}

const TYPES: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return TYPES[typeof value] ?? typeof value;
}

const capital = (text: string): string => (text.startsWith("the ") ? `T${text.slice(1)}` : text);

/** A value as short YAML. */
function format(value: unknown, where: "block" | "flow"): string {
  if (Array.isArray(value)) return `[${value.map((item) => format(item, "flow")).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${format(item, "flow")}`);
    return `{ ${entries.join(", ")} }`;
  }
  const text = String(value);
  if (typeof value !== "string") return text;
  const plain = /^[A-Za-z./$][^#]*$/.test(text) && !text.includes(": ") && !(where === "flow" && /[{}[\],]/.test(text));
  return plain ? text : JSON.stringify(text);
}
