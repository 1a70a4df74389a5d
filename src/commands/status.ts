import { resolve } from "node:path";
import { type Config, globToTest } from "../config/index.ts";
import { didYouMean, Failed, FailedTogether, type Failure, failuresOf } from "../failure/index.ts";
import { openArchive } from "../oci/index.ts";
import { withCharts } from "../plan/index.ts";
import { checkReferences, declarationsOf, loadReferences, withLockedCharts } from "../references/index.ts";
import {
  DISAGREES,
  type LookOptions,
  packageIdOf,
  packagesOfSources,
  pinsInLock,
  renderCharts,
} from "../release/index.ts";
import {
  colorFor,
  createMask,
  type Mask,
  renderStatus,
  renderStatusMarkdown,
  statusDocument,
} from "../report/index.ts";
import { type Status, survey, surveyArchive, verdictOf } from "../status/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { connected } from "./connected.ts";
import { lookingAt } from "./locking.ts";
import { warnTo } from "./warn.ts";

/** `mirror status`: how the release stands at every target, or in an archive. Gives the exit code of its verdict. */
export async function status(host: Host, args: Arguments): Promise<number> {
  const format = formatOf(args);
  const config = await configOf(host, args);
  const mask = createMask();
  const tell = warnTo(host, args, mask);
  const files = (args.values.get("from") ?? []).map((file) => resolve(host.cwd, file));
  const [first, ...others] = files;
  const found =
    first === undefined
      ? await online(host, args, { config, tell, mask })
      : { status: await offline(host, args, { config, tell, files: [first, ...others] }), unrendered: 0 };
  host.out.write(textOf(host, args, format, found.status));
  const { exitCode } = verdictOf(found.status);
  return exitCode === 0 && found.unrendered > 0 ? 1 : exitCode;
}

interface Given {
  readonly config: Config;
  readonly tell: (failure: Failure) => void;
}

async function online(
  host: Host,
  args: Arguments,
  { config: declared, tell, mask }: Given & { readonly mask: Mask },
): Promise<{ readonly status: Status; readonly unrendered: number }> {
  const targets = targetsOf(args, declared);
  return connected(host, declared, { mask, warn: tell }, async (connections) => {
    const outside = { ...(await lookingAt(host, declared)), connections, signal: host.stopping };
    const emit = (event: { readonly type: string; readonly failure?: Failure }): void => {
      if (event.type === "warning" && event.failure !== undefined) tell(event.failure);
    };
    const charts = await renderCharts(declared, chartsOf(declared, targets), {
      ...outside,
      env: host.env,
      emit,
    });
    const unrendered = [...charts.values()].flatMap((chart) => (chart.kind === "unrendered" ? [chart.failure] : []));
    for (const failure of unrendered) tell(failure);
    const config = withCharts(declared, charts);
    const extra = args.flags.has("extra") ? "look" : "leave";
    const open = packagesOfSources(declared, charts, { ...outside, env: host.env, network: "online" });
    const packageOf = async (chart: string) => packageIdOf(await open(chart));
    const known = [...config.images.keys(), ...config.bundles.keys(), ...chartNames(config.charts)];
    const isSelected = selectionOf(args, known);
    const referenced = await referencedIn(host, config, outside, tell);
    return {
      status: await survey(config, { ...outside, packageOf, targets, isSelected, extra, referenced }),
      unrendered: unrendered.length,
    };
  });
}

async function offline(
  host: Host,
  args: Arguments,
  { config: declared, tell, files }: Given & { readonly files: readonly [string, ...string[]] },
): Promise<Status> {
  const looking = await lookingAt(host, declared, "offline");
  const { lock } = looking.locking;
  if (lock.images.size === 0) throw noLock();
  const archive = await openArchive(files);
  try {
    const { config } = withLockedCharts(declared, lock);
    return await connected(host, declared, {}, async (connections) => {
      const outside = { ...looking, connections, signal: host.stopping };
      const disagreements = await disagreementsOf(config, outside);
      return surveyArchive(lock, archive, {
        isSelected: selectionOf(args, [...lock.images.keys(), ...disagreements.keys(), ...chartNames(lock.charts)]),
        referenced: await referencedIn(host, config, outside, tell),
        disagreements,
      });
    });
  } finally {
    await archive.close();
  }
}

const chartNames = (charts: ReadonlyMap<string, unknown>): string[] =>
  [...charts.keys()].map((name) => `chart:${name}`);

/** Where the rules of a config and its lock differ; what a rule reads in a source that is not here is not compared. */
async function disagreementsOf(config: Config, looking: LookOptions): Promise<ReadonlyMap<string, Failure>> {
  const found = new Map<string, Failure>();
  for (const [name, resolution] of await pinsInLock(config, looking)) {
    if (resolution.kind === "unpinned" && resolution.failure.code === DISAGREES) found.set(name, resolution.failure);
  }
  return found;
}

/** What the product references; undefined where the config does not say, or nobody can look. */
async function referencedIn(
  host: Host,
  config: Config,
  looking: LookOptions,
  tell: Given["tell"],
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  if (config.references.size === 0) return undefined;
  try {
    const { sources, signal } = looking;
    const options = { instead: new Map(), cwd: host.cwd, sources, env: host.env, signal };
    const files = new Map([...(await loadReferences(config, options))].map(([name, set]) => [name, set.files]));
    return checkReferences(
      [...config.references.values()],
      files,
      declarationsOf(config, await pinsInLock(config, looking)),
    ).referenced;
  } catch (thrown) {
    if (host.stopping.aborted || !(thrown instanceof Failed || thrown instanceof FailedTogether)) throw thrown;
    for (const failure of failuresOf(thrown)) tell(failure);
    return undefined;
  }
}

const chartsOf = ({ targets }: Config, names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => targets.get(name)?.charts.map(({ chart }) => chart) ?? [])),
];

function targetsOf(args: Arguments, { targets }: Config): readonly string[] {
  const named = args.values.get("target") ?? [];
  for (const name of named) if (!targets.has(name)) throw unknownName("target", name, targets.keys());
  return named.length === 0 ? [...targets.keys()] : [...targets.keys()].filter((name) => named.includes(name));
}

/** Names and globs over images and bundles; without any, all of them. */
function selectionOf(args: Arguments, known: Iterable<string>): (name: string) => boolean {
  const all = [...known];
  const tests = args.names.map((pattern) => {
    const test = globToTest(pattern);
    if (!all.some(test)) throw unknownName("image", pattern, all);
    return test;
  });
  return (name) => tests.length === 0 || tests.some((test) => test(name));
}

function textOf(host: Host, args: Arguments, format: Format, status: Status): string {
  if (args.flags.has("json")) return `${JSON.stringify(statusDocument(status), undefined, 2)}\n`;
  if (format === "markdown") return renderStatusMarkdown(status);
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  return renderStatus(status, { color, width: host.out.isTTY ? host.out.columns : undefined });
}

const FORMATS = ["table", "markdown"] as const;
type Format = (typeof FORMATS)[number];

function formatOf(args: Arguments): Format {
  const text = args.values.get("format")?.at(-1) ?? "table";
  const format = FORMATS.find((candidate) => candidate === text);
  if (format === undefined) throw unknownName("format", text, FORMATS);
  return format;
}

function unknownName(what: string, name: string, known: Iterable<string>): Failed {
  const hint = didYouMean(name, known);
  return new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: `There is no ${what} "${name}"`,
    ...(hint === undefined ? {} : { hint }),
  });
}

const noLock = (): Failed =>
  new Failed({
    code: "usage/no-lock",
    class: "usage",
    message: "Without the network only a lock says what belongs to the release, and there is none beside the config",
    hint: "Run mirror pin where there is a network, and bring mirror.lock.yaml along",
  });
