import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failed } from "../../failure/index.ts";
import { hasCode, replaceFile, unlessMissing } from "../../oci/layout/disk.ts";
import type { ChosenFrom, Lock, LockedChart, LockedImage, LockedSource } from "./lock.ts";

/**
 * Writes a lock so that whoever reads it meanwhile, or after a crash, finds the old file or the new one, whole.
 * A file that holds the same already is left alone. Throws `Failed` (`lock/unwritable`).
 */
export async function writeLock(file: string, lock: Lock): Promise<"written" | "unchanged"> {
  const text = formatLock(lock);
  try {
    if ((await unlessMissing(readFile(file, "utf8"))) === text) return "unchanged";
    await replace(file, text);
    return "written";
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Failed(
      {
        code: "lock/unwritable",
        class: "permanent",
        message: `${file} cannot be written: ${code}`,
        hint: "Check the rights of its folder, or run with --frozen, which writes no lock",
      },
      { cause },
    );
  }
}

/** What a crash leaves half written is not to lie beside the lock, where somebody would commit it. */
async function replace(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  try {
    await replaceFile(file, text, join(folder, ".mirror", "tmp"));
  } catch (error) {
    // Where `.mirror` leads to another disk, nothing can be moved from there in one step.
    if (!hasCode(error, "EXDEV")) throw error;
    await replaceFile(file, text, folder);
  }
}

/**
 * The text of a lock: one line a fact, names in the order of their characters, so that what did not change is in no
 * diff. The same lock has the same text on every machine.
 */
export function formatLock({ sources, charts, images }: Lock): string {
  const sections = [
    section("sources", sources, sourceLines),
    section("charts", charts, chartLines),
    section("images", images, imageLines),
  ];
  return [HEAD, ...sections].filter((part) => part !== "").join("\n");
}

const HEAD = `# What the rules of the config resolved to, written by mirror. Commit it: a run moves these very bytes.
# mirror pin adds what is missing, mirror pin --update moves it.
version: 1
`;

function section<Value>(name: string, map: ReadonlyMap<string, Value>, lines: (value: Value) => string[]): string {
  if (map.size === 0) return "";
  const entries = sorted(map).map(([key, value]) => [`  ${scalar(key)}:`, ...lines(value).map(indent(4))].join("\n"));
  return `${name}:\n${entries.join("\n")}\n`;
}

function sourceLines({ git, rule, ref, commit, chosenFrom }: LockedSource): string[] {
  return [
    `git: ${scalar(git)}`,
    `rule: ${scalar(rule)}`,
    ...(ref === undefined ? [] : [`ref: ${scalar(ref)}`]),
    `commit: ${scalar(commit)}`,
    ...chosenFromLine(chosenFrom),
  ];
}

function originLines(from: LockedChart["from"]): string[] {
  if (from.kind === "source") return [`source: ${scalar(from.source)}`];
  const { repository, chart, rule, archive } = from;
  return [
    `repository: ${scalar(repository)}`,
    `chart: ${scalar(chart)}`,
    `rule: ${scalar(rule)}`,
    ...(archive === undefined ? [] : [`archive: ${archive}`]),
  ];
}

function chartLines({ from, version, commit, package: packed, images }: LockedChart): string[] {
  const sortedImages = new Map(images.map(({ reference, from }) => [reference, from]));
  return [
    ...originLines(from),
    `version: ${scalar(version)}`,
    ...(commit === undefined ? [] : [`commit: ${scalar(commit)}`]),
    ...(packed === undefined ? [] : [`package: ${packed}`]),
    ...(images.length === 0 ? [] : ["images:"]),
    ...sorted(sortedImages).flatMap(([reference, from]) =>
      from.length === 0
        ? [`  ${scalar(reference)}: []`]
        : [`  ${scalar(reference)}:`, ...[...new Set(from)].sort().map((place) => `    - ${scalar(place)}`)],
    ),
  ];
}

function imageLines(image: LockedImage): string[] {
  const platforms = sorted(image.platforms).map(
    ([name, { digest, size }]) =>
      `  ${scalar(name)}: { digest: "${digest}"${size === undefined ? "" : `, size: ${size}`} }`,
  );
  return [
    `repository: ${scalar(image.repository)}`,
    ...(image.tag === undefined ? [] : [`tag: ${scalar(image.tag)}`]),
    `digest: ${image.digest}`,
    `mediaType: ${scalar(image.mediaType)}`,
    `manifestSize: ${image.manifestSize}`,
    `rule: ${scalar(image.rule)}`,
    ...(image.why === undefined ? [] : [`why: ${scalar(image.why)}`]),
    ...chosenFromLine(image.chosenFrom),
    ...(image.size === undefined ? [] : [`size: ${image.size}`]),
    ...(platforms.length === 0 ? [] : ["platforms:", ...platforms]),
  ];
}

function chosenFromLine(from: ChosenFrom | undefined): string[] {
  if (from === undefined) return [];
  const next = from.next.length === 0 ? "" : `, next: [${from.next.map((name) => JSON.stringify(name)).join(", ")}]`;
  return [`chosenFrom: { names: ${from.names}, fitting: ${from.fitting}${next} }`];
}

const indent =
  (by: number) =>
  (line: string): string =>
    `${" ".repeat(by)}${line}`;

/** By their characters, not by a language's rules: the same on every machine. */
const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));

/** Plain where YAML cannot take it for anything but this very text, quoted otherwise (JSON's strings are YAML's). */
function scalar(text: string): string {
  const plain = /^[A-Za-z/][\w./@+ -]*(?:[:;,=()][\w./@+-][\w./@+ -]*)*$/.test(text) && !/ $/.test(text);
  const word = /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain && !word ? text : JSON.stringify(text);
}
