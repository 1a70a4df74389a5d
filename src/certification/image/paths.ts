/** A path as checks compare it: no `./`, no `//`, no slash before or behind; `..` leads up, at most to the root. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** The folder of a clean path; empty for the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** The last part of a clean path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Before the name of what a layer removes (image-spec, layer.md, "Whiteouts"). */
export const WHITEOUT = ".wh.";
/** A folder with this in it shows nothing of the layers below. */
export const OPAQUE = ".wh..wh..opq";
