import { didYouMean } from "../failure/index.ts";
import type { Chart, Config, Source, SourcePin } from "./config.ts";
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

/** Where a chart comes from. */
export type ChartOrigin =
  | {
      readonly kind: "source";
      readonly source: string;
      /** Its folder or packed file in the source; `.` for the source itself. */
      readonly path: string;
    }
  | {
      readonly kind: "repository";
      /** As it is written: an address, or a name of `chartRepositories`. */
      readonly repository: string;
      readonly chart: string;
      /** A version, or a range as helm reads it. */
      readonly version: string;
    };

/** Reads the charts. `repositories` are those of `chartRepositories`. */
export function readCharts(
  raw: Cursor<Readonly<Record<string, RawChart>>> | undefined,
  reader: Reader,
  repositories: Config["chartRepositories"],
): ReadonlyMap<string, Chart> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readChart(name, cursor, reader, repositories)]));
}

function readChart(
  name: string,
  cursor: Cursor<RawChart>,
  reader: Reader,
  repositories: Config["chartRepositories"],
): Chart {
  const text = (key: "release" | "namespace" | "kubeVersion"): string | undefined => {
    const found = get(cursor, key);
    return found === undefined ? undefined : reader.text(found);
  };
  return {
    name,
    place: reader.keyPlace(cursor),
    origin: readOrigin(name, cursor, reader, repositories),
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

function readOrigin(
  name: string,
  cursor: Cursor<RawChart>,
  reader: Reader,
  repositories: Config["chartRepositories"],
): ChartOrigin {
  const text = (key: "path" | "repository" | "chart" | "version"): string | undefined => {
    const found = get(cursor, key);
    return found === undefined ? undefined : reader.text(found);
  };
  const [source, repository] = [get(cursor, "source"), get(cursor, "repository")];
  const strangers = (source === undefined ? (["path"] as const) : (["chart", "version"] as const)).filter(
    (key) => get(cursor, key) !== undefined,
  );
  if ((source === undefined) === (repository === undefined) || strangers.length > 0) {
    reader.refuseKey(cursor, {
      code: "bad-chart",
      message: `charts.${name} needs either source, with a path in it, or repository, with the version of a chart in it`,
      hint: 'Write for example repository: https://charts.example.com and version: "^1.2"',
    });
  }
  if (source !== undefined)
    return { kind: "source", source: reader.named(source, "sources"), path: text("path") ?? "." };
  const [address = "", version] = [text("repository"), text("version")];
  if (version === undefined && repository !== undefined) {
    reader.refuseKey(cursor, {
      code: "bad-chart",
      message: `charts.${name} needs the version of the chart in its repository`,
      hint: 'Write a version or a range, as in version: "^1.2"',
    });
  }
  if (repository !== undefined && !/^(?:https?|oci):\/\/./.test(address) && !repositories.has(address)) {
    reader.refuse(repository, {
      code: "unknown-repository",
      message: `charts.${name} names the repository "${address}", which is no address and not in chartRepositories`,
      hint: didYouMean(address, [...repositories.keys()]) ?? "Write https://, http:// or oci://, or declare it there",
    });
  }
  return { kind: "repository", repository: address, chart: text("chart") ?? name, version: version ?? "" };
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
