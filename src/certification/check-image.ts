import { failureOf } from "../failure/index.ts";
import {
  type Digest,
  formatPlatform,
  type ImageManifest,
  type ImageSource,
  type RegistryClient,
} from "../oci/index.ts";
import type { Check, ImageName, Subject, UbiOracle, Verdict } from "./checks/check.ts";
import { checksOf, type Policy } from "./checks/index.ts";
import { contentsOf } from "./contents.ts";
import { readConfig } from "./image/config.ts";
import { type FileSystem, mergeLayers } from "./image/file-system.ts";
import type { Layer } from "./image/layer.ts";
import { readLayers } from "./image/read-layers.ts";
import { imagesOf } from "./platforms.ts";
import { type CheckResult, type ImageReport, outcomeOf, outcomeOfAll, type PlatformReport } from "./result.ts";
import { DATABASES, type PackageList } from "./rpm/database.ts";

/** Where an image is read from; where it can list tags, HasUniqueTag asks for them. */
export type CheckSource = ImageSource & Partial<Pick<RegistryClient, "firstTags">>;

export interface CheckOptions {
  readonly policy: Policy;
  /** The name under which it is to be certified, which need not be where it is read from. */
  readonly name: ImageName;
  readonly ubi: UbiOracle;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock, by which checks are timed. */
  readonly now: () => number;
  readonly version: string;
}

/**
 * Makes the container checks of openshift-preflight without running or unpacking anything: each layer is read through
 * once. Of an index, the images that Red Hat certifies are checked one after another. `digest` is that of the image or
 * of the index. What an image fails by is in the report; throws `Failed` where it cannot be read.
 */
export async function checkImage(
  source: CheckSource,
  repository: string,
  digest: Digest,
  options: CheckOptions,
): Promise<ImageReport> {
  const { images, left } = await imagesOf(source, repository, digest, options.signal);
  const platforms: PlatformReport[] = [];
  for (const manifest of images) platforms.push(await checkOne(source, repository, manifest, options));
  const { name, policy, version } = options;
  return {
    policy,
    name: `${name.host}/${name.repository}${name.tag === undefined ? `@${digest}` : `:${name.tag}`}`,
    digest,
    judge: { name: "mirror", version, commit: "none" },
    outcome: outcomeOfAll(platforms.map(({ outcome }) => outcome)),
    platforms,
    left,
    log: platforms.flatMap(logOf).join("\n"),
  };
}

async function checkOne(
  source: CheckSource,
  repository: string,
  manifest: ImageManifest,
  options: CheckOptions,
): Promise<PlatformReport> {
  const { signal, name, ubi } = options;
  const config = await readConfig(source, repository, manifest, signal);
  const layers = await readLayers(source, repository, manifest, signal);
  const files = mergeLayers(layers);
  const packages = packagesOf(files, layers);
  const tags = async (): Promise<readonly string[]> => (await source.firstTags?.(repository, 1, signal))?.tags ?? [];
  const subject: Subject = { name, manifest, config, layers, files, packages, tags, ubi };
  const results: CheckResult[] = [];
  for (const check of checksOf(options.policy)) results.push(await make(check, subject, options));
  return {
    platform: formatPlatform({ os: config.os, architecture: config.architecture }),
    architecture: config.architecture,
    digest: manifest.digest,
    outcome: outcomeOf(results),
    results,
    contents: contentsOf({
      manifest,
      config,
      layers,
      packages: packages?.kind === "read" ? packages.packages : undefined,
    }),
  };
}

async function make(check: Check, subject: Subject, { now, signal }: CheckOptions): Promise<CheckResult> {
  const startedAt = now();
  const verdict = await verdictOf(check, subject, signal);
  const { name, asks, remedy } = check;
  return { check: name, asks, remedy, durationMs: Math.round(now() - startedAt), ...verdict };
}

const logOf = ({ platform, digest, results }: PlatformReport): string[] => [
  `${platform} ${digest}`,
  ...results.map(
    (result) => `  ${result.check}: ${"because" in result ? `${result.kind}: ${result.because}` : result.kind}`,
  ),
];

/** A registry that does not answer ends one check, not all of them. */
async function verdictOf(check: Check, subject: Subject, signal: AbortSignal): Promise<Verdict> {
  try {
    return await check.judge(subject);
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, message } = failureOf(thrown);
    if (code === "internal/unexpected") throw thrown;
    return { kind: "error", because: message };
  }
}

/** The first database that a container would see. */
function packagesOf(files: FileSystem, layers: readonly Layer[]): PackageList | undefined {
  for (const path of DATABASES) {
    const entry = files.find(path);
    if (entry === undefined) continue;
    const list = layers[entry.layer]?.databases.get(entry.path);
    return list ?? { kind: "unreadable", because: `/${path} is too large, or no file` };
  }
  return undefined;
}
