import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { unreachable } from "../../failure/index.ts";
import { createHttp, type HttpOptions } from "../../oci/http/index.ts";
import type { Credentials } from "../../oci/index.ts";
import { hasCode, removeLeftovers, unlessMissing } from "../../oci/layout/disk.ts";
import { explained } from "../../oci/layout/failures.ts";
import { type Assembling, assembleChart, type VendoredDependency } from "./assemble.ts";
import { hashFolder } from "./copy-chart.ts";
import { folderRepository } from "./folder-repository.ts";
import { httpRepository } from "./http-repository.ts";
import { ociRepository } from "./oci-repository.ts";
import { redirectsFrom } from "./redirects.ts";
import type { Asking, ChartRepository, RegistryFor } from "./repository.ts";
import { openStore, type Store } from "./store.ts";

export interface VendorOptions {
  /** The folder in which `Chart.yaml` is. Nothing is written there. */
  readonly chartFolder: string;
  /** The source that the chart belongs to: no file from outside becomes part of the chart, by a link or by `file://`. */
  readonly within: string;
  /**
   * Redirects: a repository's URL, or `@name`, or the start of any URL, and what stands for it: a URL (`https`,
   * `http`, `oci`) or the absolute path of a folder with charts.
   */
  readonly repositories: ReadonlyMap<string, string>;
  /** A folder of ours for all charts, as `.mirror/charts`; made where it is not there. */
  readonly cache: string;
  /** `lock` takes the versions of the chart's lock where it has one; `newest` takes no notice of it. */
  readonly update: "lock" | "newest";
  readonly network: "online" | "offline";
  /** Asked for a URL whose server wants credentials, and not before. */
  readonly credentials?: (url: URL) => Promise<Credentials | undefined>;
  /** Where charts in registries are read. */
  readonly registryFor: RegistryFor;
  readonly http?: HttpOptions;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface VendoredChart {
  /** The chart with all that it depends on. Nobody may write into it. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly VendoredDependency[];
  /** Whether versions are those of a lock, or were chosen now. */
  readonly lock: "honoured" | "absent" | "ignored";
}

/**
 * Gives a copy of a chart with its dependencies below `charts/`, as `helm dependency build` would (`update: lock`) or
 * `helm dependency update` (`newest`): declared in `Chart.yaml` or `requirements.yaml`, taken from HTTP repositories,
 * registries, and the source itself. What the chart carries already is kept if its version will do. Charts that stand
 * beside get their own dependencies too. Conditions and tags are left to rendering.
 * Throws `Failed` or `FailedTogether` with codes `charts/…` and `registry/…`.
 */
export async function vendorDependencies(options: VendorOptions): Promise<VendoredChart> {
  const { cache, chartFolder, within, update, repositories } = options;
  const store = openStore(cache);
  const http = createHttp(options.http);
  const redirects = redirectsFrom(repositories);
  const temporary = join(store.temporaryFolder, randomUUID());
  try {
    await mkdir(temporary, { recursive: true });
    await removeLeftovers(store.temporaryFolder, (options.now ?? Date.now)());
    const repositoryAt = openRepositories({
      ...options,
      store,
      http,
      redirects,
      credentials: options.credentials ?? none,
    });
    const assembling: Assembling = { repositoryAt, redirects, repositories, update, within };
    const { chart, dependencies } = await assembleChart(chartFolder, join(temporary, "chart"), assembling);
    const folder = await putInPlace(
      join(temporary, "chart"),
      join(cache, "vendored"),
      `${chart.name}-${chart.version}`,
      store,
    );
    const lock = chart.lock === undefined ? "absent" : update === "lock" ? "honoured" : "ignored";
    return { folder, name: chart.name, version: chart.version, dependencies, lock };
  } catch (error) {
    throw explained(error, cache);
  } finally {
    http.close();
    await rm(temporary, { recursive: true, force: true });
  }
}

const none = async (): Promise<undefined> => undefined;

/** One repository for each place, however many charts come from it: its index is asked for once. */
export function openRepositories(asking: Asking): Assembling["repositoryAt"] {
  const open = new Map<string, ChartRepository>();
  const once = (key: string, make: () => ChartRepository): ChartRepository => {
    const repository = open.get(key) ?? make();
    open.set(key, repository);
    return repository;
  };
  return (place) => {
    switch (place.kind) {
      case "http":
        return once(place.url, () => httpRepository(place.url, asking));
      case "oci":
        return once(`${place.host}/${place.path}`, () => ociRepository(place.host, place.path, asking));
      case "folder":
        return once(place.folder, () => folderRepository(place.folder));
      default:
        return unreachable(place);
    }
  };
}

/** Under a name that tells the content, so that one who reads it is not disturbed by one who makes it again. */
async function putInPlace(made: string, folder: string, name: string, store: Store): Promise<string> {
  const hash = await hashFolder(made);
  const place = join(folder, `${name}-${hash.slice(0, 12)}`);
  await mkdir(folder, { recursive: true });
  if ((await unlessMissing(stat(place))) !== undefined) {
    if ((await hashFolder(place)) === hash) return place;
    await unlessMissing(rename(place, join(store.temporaryFolder, `${randomUUID()}`)));
  }
  try {
    await rename(made, place);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
  return place;
}
