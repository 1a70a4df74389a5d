import { createHash } from "node:crypto";
import { Failed } from "../../failure/index.ts";
import type { ChartFiles, Requirement } from "./chart-files.ts";

/**
 * The dependencies with the versions that the lock names, in the order in which they are declared; undefined where
 * there is no lock. Throws `Failed` (`charts/lock-outdated`) where the lock was made for other dependencies.
 */
export function lockedVersions(chart: ChartFiles, repositories: ReadonlyMap<string, string>): string[] | undefined {
  const { lock, dependencies } = chart;
  if (lock === undefined) return undefined;
  const digests = [
    lockDigest(dependencies, lock.dependencies),
    // A repository that is named by an alias goes into the digest by its URL.
    lockDigest(
      dependencies.map((one) => resolved(one, repositories)),
      lock.dependencies,
    ),
    ...(chart.apiVersion === "v1" ? [helm2Digest(dependencies)] : []),
  ];
  if (!digests.includes(lock.digest)) throw outdated(chart);
  return dependencies.map((declared, at) => {
    const locked = lock.dependencies[at];
    const entry =
      locked?.name === declared.name ? locked : lock.dependencies.find(({ name }) => name === declared.name);
    if (entry === undefined) throw outdated(chart);
    return entry.version;
  });
}

/** The digest that helm 3 writes into a lock: of what is declared and what it was resolved to, as Go's JSON. */
export function lockDigest(declared: readonly Requirement[], locked: readonly Requirement[]): string {
  return sha256(goJson([declared.map(asHelm), locked.map(asHelm)]));
}

/** The digest that helm 2 wrote: of what is declared alone. */
export function helm2Digest(declared: readonly Requirement[]): string {
  return sha256(goJson({ dependencies: declared.map(asHelm) }));
}

/** The fields in the order of helm's struct, empty ones left out where it does. */
function asHelm({ written }: Requirement): Record<string, unknown> {
  const { name, version, repository, condition, tags, enabled, alias } = written;
  const optional = {
    condition,
    tags,
    enabled: enabled === "true" ? true : undefined,
    "import-values": sorted(written["import-values"]),
    alias,
  };
  const kept = Object.entries(optional).filter(([, value]) => !isEmpty(value));
  return {
    name: name ?? "",
    ...(isEmpty(version) ? {} : { version }),
    repository: repository ?? "",
    ...Object.fromEntries(kept),
  };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** Go writes the keys of a map in their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Go escapes what HTML would take for its own. */
function goJson(value: unknown): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

function resolved(requirement: Requirement, repositories: ReadonlyMap<string, string>): Requirement {
  const { repository, written } = requirement;
  const url = /^(?:@|alias:)/.test(repository) ? repositories.get(repository) : undefined;
  return url === undefined ? requirement : { ...requirement, written: { ...written, repository: url } };
}

function outdated({ name, lock, declaredIn }: ChartFiles): Failed {
  return new Failed({
    code: "charts/lock-outdated",
    class: "permanent",
    message: `${lock?.file ?? "The lock"} of the chart ${name} was made for other dependencies than ${declaredIn} declares`,
    hint: "Write update: newest to resolve them anew, or run helm dependency update in the chart's source",
  });
}
