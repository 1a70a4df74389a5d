import type { Entry, Layer } from "../image/layer.ts";
import { folderOf, nameOf, WHITEOUT } from "../image/paths.ts";
import type { Package } from "../rpm/package.ts";
import { type Installed, installedBy } from "./installed-files.ts";

/** A file of a package that a layer above changes. */
export interface Change {
  readonly path: string;
  /** As it was before. */
  readonly owner: Package;
  /** From 1, the base. */
  readonly layer: number;
  readonly how: string;
  /** `foreign`: the package is not of Red Hat, whose check lets it pass for now. */
  readonly kind: "forbidden" | "foreign";
}

const RED_HAT = "Red Hat, Inc.";
const SET_USER = 0o4000;
const SET_GROUP = 0o2000;
/** Where Red Hat's check looks for the database of a single layer: at other places it sees no packages. */
const LAYER_DATABASES = ["var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages"] as const;

interface State {
  /** Modes of what the layer writes or removes. */
  readonly files: ReadonlyMap<string, number>;
  readonly installed: Installed;
}

/** Changes of packages' files, layer by layer. `distribution` is `el9`, where the image says so. */
export function changesOf(layers: readonly Layer[], distribution: string | undefined): readonly Change[] {
  const states = statesOf(layers);
  return states.flatMap((state, index) => {
    const before = states[index - 1];
    if (before === undefined) return [];
    return [...state.files].flatMap(([path, mode]) => {
      const owner = state.installed.ownerOf(path);
      const earlier = before.installed.ownerOf(path);
      if (owner === undefined || earlier === undefined) return [];
      const found = judge({ owner, earlier, distribution, mode, modeBefore: modeBelow(states, index, path) });
      return found === undefined ? [] : [{ path, owner: earlier, layer: index + 1, ...found }];
    });
  });
}

function statesOf(layers: readonly Layer[]): readonly State[] {
  const states: State[] = [];
  for (const layer of layers) {
    const list = LAYER_DATABASES.map((path) => layer.databases.get(path)).find((one) => one !== undefined);
    const below = states.at(-1)?.installed ?? installedBy([]);
    states.push({ files: filesOf(layer), installed: list?.kind === "read" ? installedBy(list.packages) : below });
  }
  return states;
}

interface Question {
  readonly owner: Package;
  readonly earlier: Package;
  readonly distribution: string | undefined;
  readonly mode: number;
  readonly modeBefore: number;
}

function judge({ owner, earlier, distribution, mode, modeBefore }: Question): Pick<Change, "how" | "kind"> | undefined {
  if (identity(owner) !== identity(earlier)) return judgeUpdate(owner, earlier, distribution);
  const taken = (bit: number): boolean => (modeBefore & bit) !== 0 && (mode & bit) === 0;
  if (taken(SET_USER) || taken(SET_GROUP)) return undefined;
  const how = "is changed without rpm";
  if (distribution !== undefined && !owner.release.includes(distribution)) return { how, kind: "foreign" };
  if (owner.vendor !== RED_HAT && earlier.vendor !== RED_HAT) return { how, kind: "foreign" };
  // Installed anew: rpm wrote the file itself.
  return owner.installedAt > earlier.installedAt ? undefined : { how, kind: "forbidden" };
}

function judgeUpdate(owner: Package, earlier: Package, distribution = ""): Pick<Change, "how" | "kind"> | undefined {
  if (earlier.release.includes(distribution) && !owner.release.includes(distribution)) {
    return { how: `is of another distribution (${owner.release})`, kind: "forbidden" };
  }
  if (earlier.arch !== owner.arch) return { how: `is of another architecture (${owner.arch})`, kind: "forbidden" };
  return undefined;
}

const identity = ({ name, version, release, arch }: Package): string => [name, version, release, arch].join("\n");

function modeBelow(states: readonly State[], index: number, path: string): number {
  for (const { files } of states.slice(0, index).reverse()) {
    const mode = files.get(path);
    if (mode !== undefined) return mode;
  }
  return 0;
}

/** What of a layer counts as written: files and links, and what it removes; not the targets of its links. */
function filesOf({ entries }: Layer): ReadonlyMap<string, number> {
  const files = new Map<string, number>();
  const targets: string[] = [];
  for (const entry of entries) {
    const removes = nameOf(entry.path).startsWith(WHITEOUT);
    if (entry.capabilities === "some") continue;
    if (entry.kind === "file" || (entry.kind === "folder" && removes)) files.set(subjectOf(entry), entry.mode);
    if (entry.kind !== "symlink" && entry.kind !== "hardlink") continue;
    files.set(entry.path, entry.mode);
    targets.push(entry.target.replace(/^\//, ""));
  }
  for (const target of targets) files.delete(target);
  return files;
}

function subjectOf({ path }: Entry): string {
  const name = nameOf(path);
  if (!name.startsWith(WHITEOUT)) return path;
  const folder = folderOf(path);
  return `${folder}${folder === "" ? "" : "/"}${name.slice(WHITEOUT.length)}`;
}
