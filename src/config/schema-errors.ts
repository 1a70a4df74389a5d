import type { ErrorObject } from "ajv";
import { nearest } from "../failure/index.ts";
import type { Problems } from "./problems.ts";
import type { YamlText } from "./read-yaml.ts";
import type { RawConfig } from "./schema.gen.ts";
import { type Complaint, complaintOf, pathOf } from "./sentences.ts";
import type { Path, Source } from "./source.ts";
import { schemaErrors } from "./validate.gen.ts";

const SECTIONS = [
  "vars",
  "upstreams",
  "sources",
  "charts",
  "registries",
  "images",
  "targets",
  "bundles",
  "catalogs",
  "references",
  "tasks",
] as const;
export type Section = (typeof SECTIONS)[number];

/** Names that a section declares, those of broken entries too; undefined where the section cannot be read. */
export type Names = Readonly<Record<Section, ReadonlySet<string> | undefined>>;

/**
 * Compares a config with the schema. Gives what of it is sound: an entry with something wrong in it (one image, one
 * target) is left out, so that the rest can be read and its errors are told too.
 */
export function checkSchema(yaml: YamlText, problems: Problems): { raw: RawConfig; names: Names } {
  const { source } = yaml;
  const value = plainValue(yaml, problems);
  if (value === undefined) return { raw: { version: 1 }, names: namesOf({}, new Set()) };
  const errors = schemaErrors(value).filter(isTold);
  const misspelt = misspeltKeys(errors);
  for (const error of errors) {
    if (isExplainedBy(misspelt, error)) continue;
    const complaint = complaintOf(error, source);
    problems.refuse(spanOf(complaint, source), complaint);
  }
  const names = namesOf(value, misspelt.get("") ?? new Set());
  for (const error of errors) leaveOut(value, error);
  return { raw: isRecord(value) ? (value as unknown as RawConfig) : { version: 1 }, names };
}

function plainValue({ source, value: read }: YamlText, problems: Problems): unknown {
  try {
    const value = read();
    if (value !== null) return value;
    const hint = "Start with: version: 1";
    problems.refuse({ start: 0, end: 1 }, { code: "empty", message: `${source.file} is empty`, hint });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = "Write out some of the aliases (*name)";
    problems.refuse({ start: 0, end: 1 }, { code: "bad-yaml", message: `This YAML cannot be read: ${message}`, hint });
  }
  return undefined;
}

/** Left untold: `if`, which only says that its branch failed, and the pattern behind `propertyNames`. */
function isTold(error: ErrorObject): boolean {
  return error.keyword !== "if" && (error.propertyName === undefined || error.keyword === "propertyNames");
}

/** Pointers of objects with a key that is nearly a known one, and which known ones. */
function misspeltKeys(errors: readonly ErrorObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const error of errors) {
    if (error.keyword !== "additionalProperties") continue;
    const meant = nearest(String(error.params.additionalProperty), Object.keys(error.parentSchema?.properties ?? {}));
    if (meant === undefined) continue;
    found.set(error.instancePath, (found.get(error.instancePath) ?? new Set()).add(meant));
  }
  return found;
}

/** A key is not missing where it is misspelt. */
function isExplainedBy(misspelt: ReadonlyMap<string, ReadonlySet<string>>, error: ErrorObject): boolean {
  const meant = misspelt.get(error.instancePath);
  if (error.keyword === "discriminator") return meant?.has("type") === true;
  if (meant === undefined || error.keyword !== "required") return false;
  return meant.has(String(error.params.missingProperty)) || error.schemaPath.endsWith("/else/required");
}

function spanOf(complaint: Complaint, source: Source) {
  return complaint.at === "key" ? source.keySpan(complaint.path) : source.valueSpan(complaint.path);
}

/** What a section with a misspelt name (`misspelt` has the right one) declares is not known either. */
function namesOf(value: unknown, misspelt: ReadonlySet<string>): Names {
  const names = SECTIONS.map((section) => {
    const entries = isRecord(value) ? value[section] : undefined;
    if (misspelt.has(section) || (entries !== undefined && !isRecord(entries))) return [section, undefined];
    return [section, new Set(Object.keys(entries ?? {}))];
  });
  return Object.fromEntries(names) as Names;
}

/** Takes out the key that is not known, the entry with a fault in it, or the section that is no map. */
function leaveOut(value: unknown, error: ErrorObject): void {
  const path: Path = pathOf(error);
  if (error.keyword === "additionalProperties") remove(value, [...path, String(error.params.additionalProperty)]);
  else if (error.keyword === "propertyNames") remove(value, [...path, String(error.params.propertyName)]);
  else remove(value, path.slice(0, 2));
}

function remove(value: unknown, path: Path): void {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return;
  if (rest.length > 0) remove((value as Record<string, unknown>)[key], rest);
  else delete (value as Record<string, unknown>)[key];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
