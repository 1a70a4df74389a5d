import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { Failed } from "../../failure/index.ts";

/** What a repository of a dependency stands for, after redirects. */
export type Place =
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "oci"; readonly host: string; readonly path: string }
  | { readonly kind: "folder"; readonly folder: string }
  /** A chart beside the one that names it: a path relative to that chart. */
  | { readonly kind: "beside"; readonly path: string }
  /** The chart carries it itself. */
  | { readonly kind: "carried" };

/** Sends whoever asks for one URL to another. */
export interface Redirects {
  /** Where the charts of a repository are. Throws `Failed` (`charts/unknown-repository`, `charts/bad-repository`). */
  readonly placeOf: (repository: string, chart: string) => Place;
  /** Where a file is that some index names by its URL: redirected with the repository that it is below. */
  readonly file: (url: string) => string;
}

/**
 * Redirects from a map of repository URLs (or `@name`, or any URL that others start with) to URLs or absolute paths.
 */
export function redirectsFrom(map: ReadonlyMap<string, string>): Redirects {
  const byLength = [...map]
    .map(([from, to]) => [trimmed(from), trimmed(to)] as const)
    .sort(([one], [other]) => other.length - one.length);
  const redirected = (url: string): string => {
    const [from, to] = byLength.find(([start]) => url === start || url.startsWith(`${start}/`)) ?? [];
    return from === undefined || to === undefined ? url : to + url.slice(from.length);
  };
  return {
    placeOf: (repository, chart) => readPlace(redirected(trimmed(repository)), repository, chart),
    file: redirected,
  };
}

function readPlace(target: string, written: string, chart: string): Place {
  if (target === "") return { kind: "carried" };
  if (isAbsolute(target)) return { kind: "folder", folder: target };
  if (target.startsWith("file://")) {
    if (target !== trimmed(written)) return { kind: "folder", folder: fileURLToPath(target) };
    return { kind: "beside", path: target.slice("file://".length) };
  }
  if (/^https?:\/\/./i.test(target) && URL.canParse(target)) return { kind: "http", url: target };
  const [, host, path] = /^oci:\/\/([^/]+)\/?(.*)$/.exec(target) ?? [];
  if (host !== undefined) return { kind: "oci", host, path: path ?? "" };
  throw /^(?:@|alias:)/.test(target) ? unknown(target, chart) : bad(target, chart);
}

const trimmed = (url: string): string => (url === "file:///" ? url : url.replace(/\/+$/, ""));

function unknown(repository: string, chart: string): Failed {
  return new Failed({
    code: "charts/unknown-repository",
    class: "usage",
    message: `The dependency ${chart} names its repository "${repository}", which stands for a URL on somebody's machine`,
    hint: `Write what it stands for, as in chartRepositories: { "${repository}": https://… }`,
  });
}

function bad(repository: string, chart: string): Failed {
  return new Failed({
    code: "charts/bad-repository",
    class: "permanent",
    message: `"${repository}", the repository of the dependency ${chart}, is no place that charts can come from`,
    hint: "Charts come from https://, http://, oci:// and file://, and from absolute paths in chartRepositories",
  });
}
