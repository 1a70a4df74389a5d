import { stat } from "node:fs/promises";
import { Failed } from "../../failure/index.ts";
import type { ImageFile } from "./spec.ts";

/** An entry of a layer: a folder, or a file whose size is known. */
export type Entry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly source: string | Uint8Array;
      readonly size: number;
      readonly mode: number;
    };

/**
 * The entries of a layer with these files, sorted, each folder before what is in it. On top of another layer folders
 * are left out: an entry would take the rights of a folder that is there, or the place of a link to one.
 * Throws `Failed`: `oci/bad-image-path`, `oci/duplicate-image-path`, `oci/no-such-file`. `image` names the image in
 * them.
 */
export async function entriesOf(
  files: readonly ImageFile[],
  image: string,
  folders: "with-folders" | "without-folders",
): Promise<readonly Entry[]> {
  const entries = new Map<string, Entry>();
  for (const file of files) {
    const parts = partsOf(file.path, image);
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      if (entries.get(folder)?.kind === "file") throw duplicate(folder, image);
      entries.set(folder, { kind: "folder", path: folder });
    }
    const path = parts.join("/");
    if (entries.has(path)) throw duplicate(path, image);
    entries.set(path, { kind: "file", path, source: file.source, ...(await sizeAndMode(file, image)) });
  }
  return [...entries.values()]
    .filter(({ kind }) => kind === "file" || folders === "with-folders")
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function partsOf(path: string, image: string): string[] {
  const parts = path.replace(/^\/+/, "").split("/");
  const bad = parts.some((part) => part === "" || part === "." || part === ".." || /[\0\\]/.test(part));
  if (bad || /^[a-zA-Z]:/.test(path)) {
    throw badPath(path, image, "Write a path from the root of the image, with slashes and without . and ..");
  }
  // In a layer such a name stands for the removal of another file (image-spec, layer.md, "Whiteouts").
  if (parts.some((part) => part.startsWith(".wh."))) {
    throw badPath(path, image, "Rename the file: in images .wh. marks what a layer removes");
  }
  return parts;
}

async function sizeAndMode({ source, mode }: ImageFile, image: string): Promise<{ size: number; mode: number }> {
  if (typeof source !== "string") return { size: source.length, mode: mode === "executable" ? 0o755 : 0o644 };
  const found = await statOf(source, image);
  const executable = mode === undefined ? (found.mode & 0o100) !== 0 : mode === "executable";
  return { size: found.size, mode: executable ? 0o755 : 0o644 };
}

async function statOf(file: string, image: string) {
  const hint = "Correct the path, or make the file";
  try {
    const found = await stat(file);
    if (found.isFile()) return found;
  } catch (cause) {
    throw noSuchFile(`${file}, a file of ${image}, cannot be read: ${(cause as Error).message}`, hint, cause);
  }
  throw noSuchFile(`${file}, a file of ${image}, is not a regular file`, "Name its files one by one");
}

function noSuchFile(message: string, hint: string, cause?: unknown): Failed {
  return new Failed({ code: "oci/no-such-file", class: "usage", message, hint }, { cause });
}

function badPath(path: string, image: string, hint: string): Failed {
  return new Failed({
    code: "oci/bad-image-path",
    class: "usage",
    message: `"${path}" cannot be the path of a file in ${image}`,
    hint,
  });
}

function duplicate(path: string, image: string): Failed {
  return new Failed({
    code: "oci/duplicate-image-path",
    class: "usage",
    message: `"${path}" is there twice in ${image}`,
    hint: "Remove one of the two, or give them different platforms",
  });
}
