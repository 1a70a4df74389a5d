import type { Chart, Source, SourcePin } from "./config.ts";
import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { addressForm, referenceForm } from "./forms.ts";
import type { Reader } from "./reader.ts";
import type { Chart as RawChart, Source as RawSource } from "./schema.gen.ts";
import { patternForm, sourceOrderForm } from "./versions.ts";

/** Reads the repositories and folders that charts come from. */
export function readSources(
  raw: Cursor<Readonly<Record<string, RawSource>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, Source> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readSource(name, cursor, reader)]));
}

function readSource(name: string, cursor: Cursor<RawSource>, reader: Reader): Source {
  const place = reader.keyPlace(cursor);
  const [git, folder] = [get(cursor, "git"), get(cursor, "folder")];
  if (folder !== undefined && git === undefined) {
    return { name, place, origin: { kind: "folder", folder: reader.existing(folder, "folder") } };
  }
  if (git === undefined || folder !== undefined) {
    const message = `sources.${name} needs either git or folder`;
    reader.refuseKey(cursor, {
      code: "bad-source",
      message,
      hint: "Write git: with an address, or folder: with a path",
    });
  }
  const url = git === undefined ? "" : reader.text(git);
  return { name, place, origin: { kind: "git", url, pin: readPin(name, cursor, reader) } };
}

function readPin(name: string, cursor: Cursor<RawSource>, reader: Reader): SourcePin {
  const [ref, branch, version] = [get(cursor, "ref"), get(cursor, "branch"), get(cursor, "version")];
  if ([ref, branch, version].filter((pin) => pin !== undefined).length !== 1) {
    const message = `sources.${name} needs one of ref, branch and version`;
    reader.refuseKey(cursor, { code: "bad-source", message, hint: 'Write for example version: { tags: "v*" }' });
  }
  if (ref !== undefined) return { kind: "ref", ref: reader.text(ref) };
  if (branch !== undefined) return { kind: "branch", name: reader.text(branch) };
  if (version === undefined) return { kind: "ref", ref: "" };
  const [range, order] = [get(version, "range"), get(version, "order")];
  return {
    kind: "version",
    tags: reader.text(need(version, "tags"), patternForm),
    range: range === undefined ? undefined : reader.text(range),
    prereleases: version.value.prereleases ?? "exclude",
    exclude: items(get(version, "exclude")).map((item) => reader.text(item)),
    order: order === undefined ? undefined : reader.text(order, sourceOrderForm),
  };
}

/** Reads where chart repositories are really reached; a folder becomes an absolute path. */
export function readChartRepositories(
  raw: Cursor<Readonly<Record<string, string>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, string> {
  return new Map(
    entries(raw).map(([address, cursor]) => {
      const text = reader.text(cursor);
      return [
        address,
        /^[a-z]+:\/\//.test(text) ? reader.text(cursor, addressForm) : reader.existing(cursor, "folder"),
      ];
    }),
  );
}

/** Reads the charts. */
export function readCharts(
  raw: Cursor<Readonly<Record<string, RawChart>>> | undefined,
  reader: Reader,
): ReadonlyMap<string, Chart> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readChart(name, cursor, reader)]));
}

function readChart(name: string, cursor: Cursor<RawChart>, reader: Reader): Chart {
  const text = (key: "path" | "release" | "namespace" | "kubeVersion"): string | undefined => {
    const found = get(cursor, key);
    return found === undefined ? undefined : reader.text(found);
  };
  return {
    name,
    place: reader.keyPlace(cursor),
    source: reader.named(need(cursor, "source"), "sources"),
    path: text("path") ?? ".",
    values: items(get(cursor, "values")).map((item) => reader.existing(item, "file")),
    set: new Map(
      entries(get(cursor, "set")).map(([path, at]) => [
        path,
        typeof at.value === "string" ? reader.text({ value: at.value, path: at.path }) : at.value,
      ]),
    ),
    release: text("release") ?? name,
    namespace: text("namespace") ?? "default",
    kubeVersion: text("kubeVersion"),
    apiVersions: items(get(cursor, "apiVersions")).map((item) => reader.text(item)),
    engine: cursor.value.engine ?? "mirror",
    dependencies: cursor.value.dependencies ?? "lock",
    missing: readMissing(cursor, reader),
    add: items(get(cursor, "add")).map((item) => reader.text(item, referenceForm)),
    ignore: items(get(cursor, "ignore")).map((item) => ({
      image: reader.text(need(item, "image")),
      why: reader.text(need(item, "why")),
    })),
  };
}

/** Only the engine that comes with mirror can go on where a value is missing. */
function readMissing(cursor: Cursor<RawChart>, reader: Reader): Chart["missing"] {
  const missing = get(cursor, "missing");
  if (missing?.value === "report" && cursor.value.engine === "helm") {
    const message = "The helm command stops at the first value that is missing: it cannot report them";
    reader.refuse(missing, { code: "bad-value", message, hint: "Take engine: helm out, or missing: report" });
  }
  return missing?.value ?? "fail";
}
