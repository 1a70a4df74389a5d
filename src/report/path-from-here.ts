import { isAbsolute, relative } from "node:path";

/** A path from the folder where the user is, as far as the file is below it. */
export function pathFromHere(file: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
