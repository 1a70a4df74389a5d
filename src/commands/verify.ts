import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";
import { openArchive, volumesOf } from "../oci/index.ts";
import { withCharts } from "../plan/index.ts";
import {
  chartsInLock,
  type Lock,
  lockFileOf,
  packageIdOf,
  packagesOfSources,
  readLock,
  renderCharts,
  tagOfChart,
} from "../release/index.ts";
import { colorFor, createMask, renderVerification } from "../report/index.ts";
import { type Verification, verifyAtTarget, verifyInArchive } from "../status/index.ts";
import { lockInArchive } from "./archived-lock.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf, hasConfig } from "./config.ts";
import { connected } from "./connected.ts";
import { lookingAt } from "./locking.ts";
import { type ReadingProgress, readingProgress } from "./reading-progress.ts";
import { warnTo } from "./warn.ts";

/** `mirror verify`: whether targets or an archive have every image of the release, by digest or byte by byte. */
export async function verify(host: Host, args: Arguments): Promise<number> {
  const config = hasConfig(host, args) ? await configOf(host, args) : undefined;
  const targets = targetsOf(args.names, config);
  const [first, ...others] = targets === undefined ? args.names.map((name) => resolve(host.cwd, name)) : [];
  const progress = readingProgress(host, args);
  const found: Verification[] = [];
  try {
    if (first !== undefined) found.push(await inArchive(host, args, { files: [first, ...others], config, progress }));
    for (const target of targets ?? []) {
      if (config !== undefined) found.push(await atTarget(host, args, { target, config, progress }));
    }
  } finally {
    progress.end();
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  host.out.write(
    args.flags.has("json")
      ? `${JSON.stringify({ whole: found.every(isWhole), places: found }, undefined, 2)}\n`
      : found.map((one) => renderVerification(one, { color })).join("\n"),
  );
  return found.every(isWhole) ? 0 : 1;
}

const isWhole = ({ wrong }: Verification): boolean => wrong.length === 0;

async function inArchive(
  host: Host,
  args: Arguments,
  {
    files,
    config,
    progress,
    target,
  }: {
    readonly files: readonly [string, ...string[]];
    readonly config: Config | undefined;
    readonly progress: ReadingProgress;
    readonly target?: string;
  },
): Promise<Verification> {
  const archive = await openArchive(files);
  try {
    const beside = async () => (config === undefined ? undefined : await readLock(lockFileOf(config.file), host.cwd));
    const lock = ((await lockInArchive(archive, host.stopping)) ?? (await beside()))?.lock;
    if (lock === undefined || lock.images.size + lock.charts.size === 0) throw noLock(archive.name);
    const taken = target === undefined ? undefined : takenBy(target, config, lock);
    progress.expect([...archive.blobs.values()].reduce((sum, size) => sum + size, 0));
    return await verifyInArchive(archive, {
      lock,
      isSelected: (name) => taken?.has(name) !== false,
      signal: host.stopping,
      deep: args.flags.has("deep") ? progress.add : undefined,
    });
  } finally {
    await archive.close();
  }
}

/** The names of all images of a target, those of its charts among them. */
function takenBy(target: string, config: Config | undefined, lock: Lock): ReadonlySet<string> | undefined {
  if (config === undefined) return undefined;
  const { entries = [], packages = [] } = withCharts(config, chartsInLock(lock)).targets.get(target) ?? {};
  return new Set([...entries.map(({ image }) => image), ...packages.map(({ chart }) => `chart:${chart}`)]);
}

async function atTarget(
  host: Host,
  args: Arguments,
  { target, config: declared, progress }: { target: string; config: Config; progress: ReadingProgress },
): Promise<Verification> {
  const about = declared.targets.get(target);
  const registry = about === undefined ? undefined : declared.registries.get(about.registry);
  if (registry?.type === "archive") {
    const volumes = registry.volumeSize === undefined ? [] : await volumesOf(registry.file);
    const [file = registry.file, ...others] = volumes;
    return inArchive(host, args, { files: [file, ...others], config: declared, progress, target });
  }
  const mask = createMask();
  const warn = warnTo(host, args, mask);
  return connected(host, declared, { mask, warn }, async (connections) => {
    const outside = { connections, signal: host.stopping, ...(await lookingAt(host, declared)) };
    const { lock } = outside.locking;
    const locked = chartsInLock(lock);
    const unlocked = (about?.charts ?? []).map(({ chart }) => chart).filter((chart) => !locked.has(chart));
    const rendered = await renderCharts(declared, unlocked, {
      ...outside,
      env: host.env,
      emit: (event) => event.type === "warning" && warn(event.failure),
    });
    for (const one of rendered.values()) if (one.kind === "unrendered") throw new Failed(one.failure);
    const config = withCharts(declared, new Map([...locked, ...rendered]));
    const open = packagesOfSources(declared, rendered, { ...outside, env: host.env, network: "online" });
    const packageOf = async (chart: string) => lockedPackage(chart, lock) ?? packageIdOf(await open(chart));
    const deep = args.flags.has("deep") ? { onTotal: progress.expect, onBytes: progress.add } : undefined;
    return verifyAtTarget(config, target, { ...outside, packageOf, deep });
  });
}

/** A chart's package as the lock has it: nothing is opened for it. */
function lockedPackage(chart: string, { charts }: Lock) {
  const { version = "", package: digest } = charts.get(chart) ?? {};
  return digest === undefined ? undefined : { tag: tagOfChart(version), digest };
}

/** The targets that names stand for, all without any; undefined where they are files. */
function targetsOf(names: readonly string[], config: Config | undefined): readonly string[] | undefined {
  const known = [...(config?.targets.keys() ?? [])];
  if (names.length === 0 && known.length > 0) return known;
  const targets = names.filter((name) => known.includes(name));
  if (targets.length === names.length && names.length > 0) return targets;
  const [stranger] = names.filter((name) => !known.includes(name));
  if (targets.length === 0 && stranger !== undefined && (/[./]/.test(stranger) || existsSync(stranger)))
    return undefined;
  throw neither(stranger ?? "", known);
}

function neither(name: string, targets: readonly string[]): Failed {
  const hint = didYouMean(name, targets) ?? "Name targets of the config, or the files of an archive";
  const message =
    name === "" ? "mirror verify has nothing to look at" : `There is no target "${name}", nor such a file beside it`;
  return new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
}

const noLock = (archive: string): Failed =>
  new Failed({
    code: "usage/no-lock",
    class: "usage",
    message: `${archive} carries no lock, and there is none beside the config: nobody can say what has to be in it`,
    hint: `Look whether it is whole in itself with: mirror archive verify ${archive}`,
  });
