import { resolve } from "node:path";
import type { Config } from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";
import {
  type Comparison,
  checkReferences,
  declarationsOf,
  type FileText,
  type LoadedSet,
  loadReferences,
  type Mended,
  mend,
  unifiedDiff,
  withLockedCharts,
  writeMended,
} from "../references/index.ts";
import { type Pins, pinsInLock } from "../release/index.ts";
import { colorFor, renderReferences } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { connected } from "./connected.ts";
import { lookingAt } from "./locking.ts";

/** What became of the references: what differs now, and what was mended before. */
export interface ReferencesChecked {
  readonly comparison: Comparison;
  readonly mended: readonly Mended[];
  /** Sources whose files could be mended, if they were anybody's to edit. */
  readonly untouchable: readonly string[];
  /** Charts whose images nobody knows, as the lock does not have them. */
  readonly unlocked: readonly string[];
  /** Whether differences are left that nobody has accepted. */
  readonly left: "none" | "some";
}

/** Compares the references of a config, and with `--fix` mends them; undefined where there are none to look at. */
export async function checkedReferences(
  host: Host,
  args: Arguments,
  config: Config,
): Promise<ReferencesChecked | undefined> {
  const instead = insteadOf(host, args, config);
  if (config.references.size === 0 || args.flags.has("config-only")) return undefined;
  const looking = await lookingAt(host, config);
  const { sources } = looking;
  const loaded = await loadReferences(config, {
    instead,
    cwd: host.cwd,
    sources,
    env: host.env,
    signal: host.stopping,
  });
  const known = withLockedCharts(config, looking.locking.lock);
  const declarations = declarationsOf(known.config, await pinsOf(host, known.config, looking));
  const compare = (files: ReadonlyMap<string, readonly FileText[]>): Comparison =>
    checkReferences([...config.references.values()], files, declarations);

  const before = new Map([...loaded].map(([name, { files }]) => [name, files]));
  const comparison = compare(before);
  const { unlocked } = known;
  if (!args.flags.has("fix")) return { comparison, mended: [], untouchable: [], unlocked, left: leftIn(comparison) };

  const editable = comparison.differences.filter(({ set }) => loaded.get(set)?.state === "editable");
  const mended = mend(editable);
  const after = compare(withMended(before, mended));
  if (!args.flags.has("dry-run")) for (const one of mended) await writeMended(one);
  return { comparison: after, mended, untouchable: untouchable(config, loaded, after), unlocked, left: leftIn(after) };
}

/** What the lock says of the declared images: no registry is asked. */
async function pinsOf(host: Host, config: Config, looking: Awaited<ReturnType<typeof lookingAt>>): Promise<Pins> {
  return connected(host, config, {}, (connections) =>
    pinsInLock(config, { ...looking, connections, signal: host.stopping }),
  );
}

const leftIn = ({ differences }: Comparison): "none" | "some" =>
  differences.some(({ accepted }) => accepted === undefined) ? "some" : "none";

function withMended(
  files: ReadonlyMap<string, readonly FileText[]>,
  mended: readonly Mended[],
): ReadonlyMap<string, readonly FileText[]> {
  const texts = new Map(mended.map(({ file, text }) => [file.key, text]));
  return new Map(
    [...files].map(([name, all]) => [name, all.map((file) => ({ ...file, text: texts.get(file.key) ?? file.text }))]),
  );
}

function untouchable(
  config: Config,
  loaded: ReadonlyMap<string, LoadedSet>,
  { differences }: Comparison,
): readonly string[] {
  const sources = differences
    .filter(
      ({ set, fix, accepted }) =>
        loaded.get(set)?.state === "cached" && fix.kind === "possible" && accepted === undefined,
    )
    .flatMap(({ set }) => config.references.get(set)?.source ?? []);
  return [...new Set(sources)];
}

/** The work trees that `--source NAME=FOLDER` names. */
function insteadOf(host: Host, args: Arguments, { sources }: Config): ReadonlyMap<string, string> {
  return new Map(
    (args.values.get("source") ?? []).map((text) => {
      const [name = "", ...folder] = text.split("=");
      const path = folder.join("=");
      if (path !== "" && sources.has(name)) return [name, resolve(host.cwd, path)];
      const message = path === "" ? `--source takes NAME=FOLDER, not "${text}"` : `There is no source "${name}"`;
      const hint =
        (path === "" ? undefined : didYouMean(name, sources.keys())) ?? "Write: --source operator=../operator";
      throw new Failed({ code: "usage/bad-argument", class: "usage", message, hint });
    }),
  );
}

/** Prints the diff of what was mended, then what differs. */
export function printReferences(host: Host, args: Arguments, checked: ReferencesChecked): void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  for (const { file, text } of checked.mended) host.out.write(unifiedDiff(file.path, file.text, text));
  host.out.write(renderReferences(checked.comparison, { color }));
  for (const name of checked.untouchable) host.err.write(`${untouched(name)}\n`);
  for (const name of checked.unlocked) host.err.write(`${unlocked(name)}\n`);
  const count = checked.mended.length;
  if (count === 0) return;
  const verb = args.flags.has("dry-run") ? "would be mended" : count === 1 ? "was mended" : "were mended";
  host.out.write(`${count} ${count === 1 ? "file" : "files"} ${verb}\n`);
}

const untouched = (name: string): string =>
  `nothing was edited in the source ${name}: it is what mirror fetched from git; name a work tree of your own: --source ${name}=FOLDER`;

const unlocked = (chart: string): string =>
  `the images of the chart ${chart} are not known, as the lock does not have it: mirror pin locks them`;

/** The references in the JSON document of the command. */
export function referencesDocument(checked: ReferencesChecked | undefined): object {
  if (checked === undefined) return {};
  const { comparison, mended, untouchable: untouched, unlocked } = checked;
  const differences = comparison.differences.map(({ set, kind, place, way, found, declared, fix, accepted }) => ({
    set,
    kind,
    file: place.file,
    line: place.line,
    column: place.column,
    way,
    found,
    ...(declared === undefined ? {} : { declared: declared.text, by: declared.by }),
    fixable: fix.kind === "possible",
    ...(accepted === undefined ? {} : { accepted }),
  }));
  const unknown = comparison.unknown.map(({ place: { file, line, column }, ...rest }) => ({
    file,
    line,
    column,
    ...rest,
  }));
  const { agreeing, files } = comparison;
  return {
    references: {
      agreeing,
      files,
      differences,
      unknown,
      mended: mended.map(({ file, text }) => ({ file: file.shown, diff: unifiedDiff(file.path, file.text, text) })),
      untouched,
      unlocked,
    },
  };
}
