import { parseReference } from "../../oci/index.ts";

/** The way to a value: keys of maps and places in lists. */
export type ValuePath = readonly (string | number)[];

/** Values as JSON has them. */
export type Values = null | boolean | number | string | readonly Values[] | { readonly [key: string]: Values };

/**
 * A text among a chart's values that names an image, or part of one.
 * `part`: all of it is a run of a reference's components, such as a registry, a repository, or the whole reference;
 * `tag`: it is a tag alone; `around`: references stand somewhere inside a longer text.
 */
export type Leaf = { readonly path: ValuePath; readonly text: string } & (
  | { readonly kind: "part"; readonly ending: "name" | "version" }
  | { readonly kind: "tag" }
  | { readonly kind: "around"; readonly references: readonly string[] }
);

/** The leaves of values that may have made these references, which are given as manifests write them. */
export function imageLeaves(values: Values, written: readonly string[]): readonly Leaf[] {
  const forms = [...new Set(written.flatMap(formsOf))];
  return textsIn(values, []).flatMap(({ path, text }) => {
    const leaf = leafOf(path, text, forms, written);
    return leaf === undefined ? [] : [leaf];
  });
}

/** A reference as it is written and with its host, as either may be among the values. */
function formsOf(written: string): string[] {
  const { host, repository, tag } = parseReference(written);
  const full = `${host}/${repository}${tag === undefined ? "" : `:${tag}`}`;
  return [written, full, full.replace(/^docker\.io\/library\//, "docker.io/")];
}

function textsIn(values: Values, path: ValuePath): { path: ValuePath; text: string }[] {
  if (typeof values === "string") return values === "" ? [] : [{ path, text: values }];
  if (typeof values === "number") return [{ path, text: String(values) }];
  if (values === null || typeof values === "boolean") return [];
  const entries = Array.isArray(values) ? [...values.entries()] : Object.entries(values);
  return entries.flatMap(([key, value]) => textsIn(value as Values, [...path, key]));
}

function leafOf(path: ValuePath, text: string, forms: readonly string[], written: readonly string[]): Leaf | undefined {
  const matches = forms.flatMap((form) => runsOf(text, form));
  if (matches.some(({ within }) => within === "name") && (looksNamed(text) || isImageKey(path))) {
    return { kind: "part", path, text, ending: matches.some(({ ends }) => ends === "version") ? "version" : "name" };
  }
  if (matches.some(({ within }) => within === "version")) return { kind: "tag", path, text };
  const references = written.filter((reference) => /[/:]/.test(reference) && standsIn(reference, text));
  return references.length === 0 ? undefined : { kind: "around", path, text, references };
}

/** Where a text is a run of whole components of a reference: in its name (perhaps with its version), or its version. */
function runsOf(text: string, reference: string): { within: "name" | "version"; ends: "name" | "version" }[] {
  const version = versionStart(reference);
  const at = reference.indexOf(text);
  if (at === -1) return [];
  const end = at + text.length;
  const isWhole = /^$|[/:@]/.test(reference.charAt(at - 1)) && /^$|[/:@]/.test(reference.charAt(end));
  if (!isWhole) return [];
  return [{ within: at > version ? "version" : "name", ends: end > version ? "version" : "name" }];
}

/** Where the `:` or `@` before the version is; the end where there is none. */
function versionStart(reference: string): number {
  const slash = reference.lastIndexOf("/");
  const at = reference.slice(slash + 1).search(/[:@]/);
  return at === -1 ? reference.length : slash + 1 + at;
}

/** A bare word such as `mysql` may be anything; a path, a host or a version in it makes it an image's name. */
const looksNamed = (text: string): boolean => /[/:]|\.\w/.test(text);

const isImageKey = (path: ValuePath): boolean => {
  const keys = path.filter((key) => typeof key === "string").slice(-2);
  return keys.some((key) => /image|repo|registry/i.test(key));
};

function standsIn(reference: string, text: string): boolean {
  for (let at = text.indexOf(reference); at !== -1; at = text.indexOf(reference, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + reference.length)];
    if (!/[\w./:@-]/.test(before) && !/[\w/:@-]/.test(after)) return true;
  }
  return false;
}
