import { readFile, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Config, ReferenceSet } from "../config/index.ts";
import type { Sources } from "../release/index.ts";
import { openSource } from "../sources/index.ts";
import type { FileText } from "./site.ts";

export interface LoadOptions {
  /** Work trees that stand in for sources, by the source's name; absolute. */
  readonly instead: ReadonlyMap<string, string>;
  /** Places of files on this machine are told as seen from here. */
  readonly cwd: string;
  /** At the commits that the lock has, where it has them. */
  readonly sources: Sources;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The files of a set, and whether they are anybody's to edit. */
export interface LoadedSet {
  readonly files: readonly FileText[];
  /** `cached`: what mirror fetched from git, which nobody edits. */
  readonly state: "editable" | "cached";
}

/** Reads the files of every set. Throws `Failed` (`git/…`, `sources/no-folder`) where a source cannot be opened. */
export async function loadReferences(config: Config, options: LoadOptions): Promise<ReadonlyMap<string, LoadedSet>> {
  const opened = new Map<string, Promise<Tree>>();
  const treeOf = (source: string | undefined): Promise<Tree> => {
    const tree = opened.get(source ?? "") ?? open(config, source, options);
    opened.set(source ?? "", tree);
    return tree;
  };
  const sets = [...config.references.values()].map(async (set) => {
    const tree = await treeOf(set.source);
    const state = tree.commit === undefined ? "editable" : "cached";
    return [set.name, { files: await filesOf(set, tree, options.cwd), state }] as const;
  });
  return new Map(await Promise.all(sets));
}

interface Tree {
  readonly folder: string;
  /** The name and commit of what was fetched; undefined for a folder of the user's. */
  readonly commit: string | undefined;
}

async function open(
  config: Config,
  name: string | undefined,
  { instead, sources, env, signal }: LoadOptions,
): Promise<Tree> {
  const folder = name === undefined ? config.folder : instead.get(name);
  if (folder !== undefined) return { folder: await openFolder(folder), commit: undefined };
  const source = config.sources.get(name ?? "");
  if (source === undefined) throw new Error(`no source ${name}`);
  const opened = await sources.open(source.name);
  if (source.origin.kind === "folder") return { folder: opened.folder, commit: undefined };
  return { folder: opened.folder, commit: `${source.name}@${opened.commit?.slice(0, 7)}` };

  async function openFolder(path: string): Promise<string> {
    const { folder } = await openSource({ folder: path }, { cache: "", network: "offline", env, signal });
    return folder;
  }
}

async function filesOf(set: ReferenceSet, { folder, commit }: Tree, cwd: string): Promise<readonly FileText[]> {
  const { globby } = await import("globby");
  const paths = await globby([...set.files], {
    cwd: folder,
    dot: true,
    onlyFiles: true,
    // A link may lead out of the source, to files that are nobody's to edit.
    followSymbolicLinks: false,
    ignore: ["**/.git/**", "**/node_modules/**", ".mirror/**", ...set.exclude],
  });
  const root = await realpath(folder);
  const files = paths.sort().map(async (path) => {
    const file = join(root, path);
    const text = decode(await readFile(file));
    const shown = commit === undefined ? shownFrom(cwd, join(folder, path)) : `${commit}:${path}`;
    return text === undefined ? [] : [{ key: file, path, shown, text }];
  });
  return (await Promise.all(files)).flat();
}

/** The text, with its byte order mark if it has one; undefined for what is no text. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

function shownFrom(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith("..") ? file : path;
}
