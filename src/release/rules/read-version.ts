import { readFile } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import type { Image, ReadRule } from "../../config/index.ts";
import { didYouMean, Failed } from "../../failure/index.ts";
import { isTag, parseReference } from "../../oci/index.ts";
import { namesIn, unlessMissing } from "../../oci/layout/disk.ts";
import { parsePath, valueAt } from "./value-path.ts";

/** What tells a version is no log and no dump. */
const LARGEST_FILE = 16 * 1024 * 1024;

/**
 * Reads the version that a file below `folder` tells. Of a whole reference its tag counts, so that `image:` of a
 * chart's values is read as it stands. Throws `Failed` (`release/no-version`, `release/no-file`, `release/bad-path`).
 */
export async function readVersion(image: Image, rule: ReadRule, folder: string): Promise<string> {
  const text = await textOf(image, rule, folder);
  const value = rule.path === undefined ? text : await pick(image, rule, text);
  const matched = rule.match === undefined ? value : match(image, rule, value);
  return versionIn(image, rule, matched.trim());
}

async function textOf(image: Image, rule: ReadRule, folder: string): Promise<string> {
  const file = resolve(folder, rule.file);
  const way = relative(folder, file);
  // What a source holds must not lead out of it; beside the config a person may point anywhere.
  if (rule.source !== undefined && (way.startsWith("..") || isAbsolute(way))) {
    throw failed(
      image,
      "release/no-file",
      `${rule.file} leads out of the source ${rule.source}`,
      "Name a file in the source",
    );
  }
  let text: string | undefined;
  try {
    text = await unlessMissing(readFile(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw failed(image, "release/no-file", `${describe(rule)} cannot be read: ${why}`, "Name a file");
  }
  if (text === undefined) {
    const near = didYouMean(rule.file.split("/").at(-1) ?? "", await namesIn(resolve(file, "..")).catch(() => []));
    throw failed(image, "release/no-file", `There is no ${describe(rule)}`, near ?? "Correct the path");
  }
  if (text.length > LARGEST_FILE)
    throw failed(image, "release/no-file", `${describe(rule)} is too large`, "Name another file");
  return text;
}

async function pick(image: Image, rule: ReadRule, text: string): Promise<string> {
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { logLevel: "error" });
  let lost = "it has no document";
  for (const document of "empty" in documents ? [] : documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      throw failed(
        image,
        "release/no-version",
        `${describe(rule)} is not YAML: ${error.message.split("\n")[0]}`,
        "Correct it",
      );
    }
    // Numbers are wanted as they are written: 1.10 is not 1.1.
    const found = valueAt(document.toJS(), rule.path ?? "");
    if (found.kind === "lost") lost = found.says;
    else if (typeof found.value === "object") lost = `${rule.path} is no text but a map, a list or nothing`;
    else return written(document, rule.path ?? "") ?? String(found.value);
  }
  throw failed(
    image,
    "release/no-version",
    `${describe(rule)} tells no version at ${rule.path}: ${lost}`,
    "Correct the path",
  );
}

/** A scalar as it stands in the file. */
function written(
  document: { getIn(path: Iterable<unknown>, keepScalar: true): unknown },
  path: string,
): string | undefined {
  const node = document.getIn(parsePath(path), true);
  const source = typeof node === "object" && node !== null && "source" in node ? node.source : undefined;
  return typeof source === "string" ? source : undefined;
}

function match(image: Image, rule: ReadRule, text: string): string {
  const found = new RegExp(rule.match ?? "", "m").exec(text);
  if (found !== null) return found[1] ?? found[0];
  const lines = text.split("\n").length;
  throw failed(
    image,
    "release/no-version",
    `/${rule.match}/ finds nothing in ${describe(rule)}${rule.path === undefined ? ` (${lines} lines)` : ` at ${rule.path}`}`,
    "Correct the expression: ^ and $ are at the ends of lines",
  );
}

function versionIn(image: Image, rule: ReadRule, text: string): string {
  if (isTag(text)) return text;
  if (/[/:@]/.test(text) && !/\s/.test(text)) {
    const { tag } = reference(text) ?? {};
    if (tag !== undefined) return tag;
  }
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const says = text === "" ? "is empty" : `has "${shown.split("\n").join(" ⏎ ")}", which is no version`;
  throw failed(image, "release/no-version", `${describe(rule)} ${says}`, "Point at the version with path or match");
}

function reference(text: string) {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

const describe = ({ source, file }: ReadRule): string =>
  source === undefined ? file : `${file} of the source ${source}`;

function failed(image: Image, code: string, message: string, hint: string): Failed {
  return new Failed({ code, class: "permanent", message: `${image.name}: ${message}`, place: image.place, hint });
}
