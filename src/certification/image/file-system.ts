import type { Entry, Layer } from "./layer.ts";
import { cleanPath, folderOf, nameOf, OPAQUE, WHITEOUT } from "./paths.ts";

/** An entry that a container would see, with the layer it comes from. */
export interface SeenEntry extends Entry {
  readonly layer: number;
}

/** The file system of a container: all layers, upper ones over lower ones, without what they remove. */
export interface FileSystem {
  /** What a path leads to when all links are followed inside the image; undefined where it leads nowhere. */
  readonly find: (path: string) => SeenEntry | undefined;
  /** Every entry below a folder, at any depth; links are not followed. */
  readonly below: (folder: string) => readonly SeenEntry[];
}

/** More links than this in a row are taken for a circle, as Linux takes them. */
const MOST_LINKS = 40;

/** Lays layers over each other, base first (image-spec, layer.md, "Applying changesets"). */
export function mergeLayers(layers: readonly Pick<Layer, "entries">[]): FileSystem {
  const seen = new Map<string, SeenEntry>();
  for (const [layer, { entries }] of layers.entries()) {
    remove(seen, entries);
    for (const entry of entries) if (!isWhiteout(entry)) seen.set(entry.path, { ...entry, layer });
  }
  return {
    find: finder(seen),
    below: (folder) => [...seen.values()].filter(({ path }) => folder === "" || path.startsWith(`${folder}/`)),
  };
}

const isWhiteout = ({ path }: Entry): boolean => nameOf(path).startsWith(WHITEOUT);

/** Takes away what a layer removes from those below it: files, folders with all in them, and what folders contain. */
function remove(seen: Map<string, SeenEntry>, entries: readonly Entry[]): void {
  const gone = new Set<string>();
  const emptied = new Set<string>();
  for (const { path, kind } of entries) {
    const [folder, name] = [folderOf(path), nameOf(path)];
    if (name === OPAQUE) emptied.add(folder);
    else if (name.startsWith(WHITEOUT)) gone.add(cleanPath(`${folder}/${name.slice(WHITEOUT.length)}`));
    // What is no folder takes the place of a folder with all that was in it.
    else if (kind !== "folder" && seen.get(path)?.kind === "folder") emptied.add(path);
  }
  if (gone.size + emptied.size === 0) return;
  const isGone = (path: string): boolean => {
    for (let at = path; at !== ""; at = folderOf(at)) if (gone.has(at) || emptied.has(folderOf(at))) return true;
    return false;
  };
  for (const path of [...seen.keys()]) if (isGone(path)) seen.delete(path);
}

function finder(seen: ReadonlyMap<string, SeenEntry>): FileSystem["find"] {
  const folders = new Set<string>([""]);
  for (const path of seen.keys()) {
    for (let at = folderOf(path); at !== "" && !folders.has(at); at = folderOf(at)) folders.add(at);
  }
  return (path) => {
    let left = cleanPath(path).split("/");
    let at = "";
    for (let links = 0; left.length > 0; ) {
      const [part = "", ...rest] = left;
      const next = part === ".." ? folderOf(at) : cleanPath(`${at}/${part}`);
      const entry = seen.get(next);
      if (entry?.kind === "symlink" || entry?.kind === "hardlink") {
        links += 1;
        if (links > MOST_LINKS) return undefined;
        // A hard link names its file from the root, a symbolic link from its own folder.
        const fromRoot = entry.kind === "hardlink" || entry.target.startsWith("/");
        left = [...entry.target.split("/").filter((one) => one !== "" && one !== "."), ...rest];
        at = fromRoot ? "" : folderOf(next);
        continue;
      }
      if (entry === undefined && !folders.has(next)) return undefined;
      [at, left] = [next, rest];
    }
    return seen.get(at) ?? (folders.has(at) ? impliedFolder(at) : undefined);
  };
}

/** Tars need not name the folders of their files. */
const impliedFolder = (path: string): SeenEntry => ({
  path,
  kind: "folder",
  mode: 0o755,
  size: 0,
  target: "",
  capabilities: "none",
  layer: 0,
});
