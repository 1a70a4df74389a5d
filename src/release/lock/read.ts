import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { readYaml, readYamlFile, type YamlSource, type YamlText } from "../../config/index.ts";
import { Failed, FailedTogether, type Place } from "../../failure/index.ts";
import { isDigest } from "../../oci/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";
import { Entry } from "./entries.ts";
import type { ChosenFrom, Lock, LockedChart, LockedImage, LockedPlatform, LockedSource } from "./lock.ts";

/** A lock as it stands in a file, and where each of its entries stands there. */
export interface LockFile {
  /** As places show it. */
  readonly file: string;
  readonly lock: Lock;
  /** The place of an entry; that of the file's start where it has no such entry. */
  readonly placeOf: (section: keyof Lock, name: string) => Place;
}

/**
 * Reads a lock file; undefined where there is none. `cwd` is where the places' path begins.
 * Throws `Failed` or `FailedTogether`: `lock/unreadable`, `lock/conflict-marks`, `lock/bad-version`,
 * `lock/bad-entry`, `config/bad-yaml`, each with its place.
 */
export async function readLock(file: string, cwd?: string): Promise<LockFile | undefined> {
  let text: string | undefined;
  try {
    text = await unlessMissing(readFile(file, "utf8"));
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (text === undefined) return undefined;
  const path = cwd === undefined ? file : relative(cwd, file);
  return lockIn(await readYamlFile(file, path.startsWith("..") ? file : path, text));
}

/** Reads a lock from its text; `shown` is the name of its file in places. Throws like {@link readLock}. */
export function parseLock(text: string, shown: string): LockFile {
  return lockIn(readYaml(shown, text));
}

function lockIn({ source, unreadable: bad, readable, value }: YamlText): LockFile {
  refuseConflictMarks(source);
  if (bad.length + readable.length > 0) throw new FailedTogether([...bad, ...readable]);
  const root = new Entry(source, [], value() ?? {});
  const version = root.need("version");
  if (version.count() !== 1) {
    throw version.wrong("is of another form than this mirror knows", "Use the mirror that wrote it, or a newer one");
  }
  const lock = {
    sources: mapOf(root.entries("sources"), sourceOf),
    charts: mapOf(root.entries("charts"), chartOf),
    images: mapOf(root.entries("images"), imageOf),
  };
  return {
    file: source.file,
    lock,
    placeOf: (section, name) =>
      lock[section].has(name) ? source.place(source.keySpan([section, name])) : source.place({ start: 0, end: 1 }),
  };
}

const mapOf = <Value>(entries: readonly Entry[], read: (entry: Entry) => Value): Map<string, Value> =>
  new Map(entries.map((entry) => [entry.name, read(entry)]));

function sourceOf(entry: Entry): LockedSource {
  const commit = entry.need("commit");
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit.text())) throw commit.wrong("is not the id of a commit");
  return {
    git: entry.need("git").text(),
    rule: entry.need("rule").text(),
    ref: entry.get("ref")?.text(),
    commit: commit.text(),
    chosenFrom: chosenFrom(entry),
  };
}

function chartOf(entry: Entry): LockedChart {
  return {
    from: chartOriginOf(entry),
    version: entry.need("version").text(),
    commit: entry.get("commit")?.text(),
    package: entry.get("package") === undefined ? undefined : digestIn(entry, "package"),
    images: entry.entries("images").map(({ name: reference }) => ({
      reference,
      from: entry.need("images").texts(reference),
    })),
  };
}

function chartOriginOf(entry: Entry): LockedChart["from"] {
  if (entry.get("repository") === undefined) return { kind: "source", source: entry.need("source").text() };
  return {
    kind: "repository",
    repository: entry.need("repository").text(),
    chart: entry.need("chart").text(),
    rule: entry.need("rule").text(),
    archive: entry.get("archive") === undefined ? undefined : digestIn(entry, "archive"),
  };
}

function imageOf(entry: Entry): LockedImage {
  return {
    repository: entry.need("repository").text(),
    tag: entry.get("tag")?.text(),
    digest: digestIn(entry),
    mediaType: entry.need("mediaType").text(),
    manifestSize: entry.need("manifestSize").count(),
    rule: entry.need("rule").text(),
    why: entry.get("why")?.text(),
    chosenFrom: chosenFrom(entry),
    size: entry.get("size")?.count(),
    platforms: mapOf(entry.entries("platforms"), platformOf),
  };
}

const platformOf = (entry: Entry): LockedPlatform => ({ digest: digestIn(entry), size: entry.get("size")?.count() });

function digestIn(entry: Entry, key = "digest"): LockedImage["digest"] {
  const digest = entry.need(key);
  const text = digest.text();
  if (!isDigest(text)) throw digest.wrong("is not a digest");
  return text;
}

function chosenFrom(entry: Entry): ChosenFrom | undefined {
  const found = entry.get("chosenFrom");
  if (found === undefined) return undefined;
  return { names: found.need("names").count(), fitting: found.need("fitting").count(), next: found.texts("next") };
}

function refuseConflictMarks(source: YamlSource): void {
  const mark = /^(?:<{7} |={7}$|>{7} )/m.exec(source.text);
  if (mark === null) return;
  throw new Failed({
    code: "lock/conflict-marks",
    class: "usage",
    message: `${source.file} has the marks of a merge that was not settled`,
    place: source.place({ start: mark.index, end: mark.index + 7 }),
    hint: "Keep either side as a whole and run mirror pin: it resolves what is missing then",
  });
}

function unreadable(file: string, cause: unknown): Failed {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new Failed(
    {
      code: "lock/unreadable",
      class: "usage",
      message: `${file} cannot be read: ${code === "EISDIR" ? "it is a folder" : code}`,
      hint:
        code === "EISDIR" ? "Move the folder away: the lock is a file of this name" : "Check the rights of the file",
    },
    { cause },
  );
}
