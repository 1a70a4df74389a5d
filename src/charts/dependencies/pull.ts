import { join } from "node:path";
import { Failed, unreachable } from "../../failure/index.ts";
import { createHttp } from "../../oci/http/index.ts";
import type { Digest, ImageSource } from "../../oci/index.ts";
import { readChartFiles, textsIn } from "./chart-files.ts";
import { newestOf, readConstraint } from "./constraint.ts";
import { unknownVersion } from "./failures.ts";
import { keepProvenance } from "./provenance.ts";
import { type Place, redirectsFrom } from "./redirects.ts";
import type { ChartRepository, FetchedChart } from "./repository.ts";
import { openStore, type Store } from "./store.ts";
import { unpackChart } from "./unpack.ts";
import { openRepositories, type VendorOptions } from "./vendor.ts";

export interface PullOptions
  extends Pick<
    VendorOptions,
    "repositories" | "cache" | "network" | "credentials" | "registryFor" | "http" | "signal"
  > {
  /** What it is called here, for messages. */
  readonly name: string;
  /** As it is written: an address, or a key of `repositories`. */
  readonly repository: string;
  readonly chart: string;
  /** A version, or a range as helm reads it. */
  readonly version: string;
  /** What has to be taken: nobody may put anything else under this version. */
  readonly locked:
    | { readonly version: string; readonly archive: Digest | undefined; readonly artifact: Digest | undefined }
    | undefined;
}

/** A chart of a repository. Nobody may write into it. */
export interface PulledChart {
  readonly version: string;
  /** Unpacked. */
  readonly folder: string;
  /** Its file, beside which its provenance is where it has one; undefined where the repository is a folder of folders. */
  readonly archive: { readonly file: string; readonly digest: Digest } | undefined;
  /** As it stands in a registry. */
  readonly artifact: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest } | undefined;
}

/**
 * Gets a chart from its repository: the version that is locked, or the newest that fits. What comes by HTTP is compared
 * with the digest in the index, and all with the lock. Throws `Failed` with codes `charts/…` and `registry/…`.
 */
export async function pullChart(options: PullOptions): Promise<PulledChart> {
  const { cache, chart, locked } = options;
  const store = openStore(cache);
  const known = locked === undefined ? undefined : await fromCache(store, options);
  if (known !== undefined) return known;
  const http = createHttp(options.http);
  try {
    const redirects = redirectsFrom(options.repositories);
    const credentials = options.credentials ?? (async () => undefined);
    const repository = openRepositories({ ...options, store, http, redirects, credentials })(
      expectRepository(redirects.placeOf(options.repository, chart), options),
    );
    const version = locked?.version ?? (await chooseVersion(repository, options));
    const fetched = await repository.fetch(chart, version, locked?.artifact);
    if (fetched.kind === "folder") return ofFolder(fetched.folder);
    if (locked?.archive !== undefined && locked.archive !== fetched.digest) throw changed(options, fetched);
    await store.keepArchive(fetched.bytes);
    await keepProvenance(store, fetched);
    return await unpacked(store, fetched.digest, { version, cache, artifact: fetched.artifact });
  } finally {
    http.close();
  }
}

/** What is locked by its bytes needs no network; of a registry the artifact is what is published, so that it is asked. */
async function fromCache(
  store: Store,
  { repository, repositories, chart, locked, cache }: PullOptions,
): Promise<PulledChart | undefined> {
  if (locked?.archive === undefined) return undefined;
  if (redirectsFrom(repositories).placeOf(repository, chart).kind === "oci") return undefined;
  const isThere =
    (await store.archive(locked.archive)) !== undefined && (await store.provenance(locked.archive)) !== "unasked";
  return isThere ? unpacked(store, locked.archive, { version: locked.version, cache, artifact: undefined }) : undefined;
}

async function chooseVersion(repository: ChartRepository, { chart, version }: PullOptions): Promise<string> {
  const constraint = await readConstraint(version, chart);
  const known = constraint.exact === undefined ? await repository.versions(chart) : [];
  const chosen = constraint.exact ?? constraint.choose(known);
  if (chosen === undefined) throw unknownVersion(repository.name, chart, version, await newestOf(known, 5));
  return chosen;
}

async function unpacked(
  store: Store,
  digest: Digest,
  {
    version,
    cache,
    artifact,
  }: { readonly version: string; readonly cache: string; readonly artifact: PulledChart["artifact"] },
): Promise<PulledChart> {
  const file = store.archiveFile(digest);
  return {
    version,
    folder: await unpackChart(file, join(cache, "archives"), cache),
    archive: { file, digest },
    artifact,
  };
}

async function ofFolder(folder: string): Promise<PulledChart> {
  const { version } = await readChartFiles(textsIn(folder), folder);
  return { version, folder, archive: undefined, artifact: undefined };
}

function expectRepository(
  place: Place,
  { repository, chart }: PullOptions,
): Extract<Place, { kind: "http" | "oci" | "folder" }> {
  switch (place.kind) {
    case "http":
    case "oci":
    case "folder":
      return place;
    case "beside":
    case "carried":
      throw new Failed({
        code: "charts/bad-repository",
        class: "usage",
        message: `"${repository}", the repository of the chart ${chart}, is no place that charts can come from`,
        hint: "Write https://, http:// or oci://, or a name of chartRepositories",
      });
    default:
      return unreachable(place);
  }
}

function changed({ name, locked }: PullOptions, { from, digest }: Extract<FetchedChart, { kind: "archive" }>): Failed {
  return new Failed({
    code: "charts/changed",
    class: "permanent",
    message: `${from} is not the chart that the lock has: it was published anew under the same version`,
    hint: `Look what was changed in it, and take it with: mirror pin --update ${name}`,
    detail: [`locked   ${locked?.archive}`, `received ${digest}`],
  });
}
