import { statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** What `execvp` searches where there is no PATH. */
const DEFAULT_PATH = "/usr/bin:/bin";

export type FoundProgram =
  | { readonly kind: "found"; readonly file: string }
  | { readonly kind: "not-executable"; readonly file: string }
  | { readonly kind: "missing"; readonly searched: readonly string[] };

/** Finds the programs of commands, as the system would; what was found once is not looked for again. */
export class Programs {
  readonly #cwd: string;
  readonly #found = new Map<string, FoundProgram>();

  /** @param cwd absolute; names with a slash, and folders in PATH, are relative to it */
  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  find(name: string, path: string | undefined): FoundProgram {
    const key = `${path}\0${name}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = name.includes("/") ? this.#look([resolve(this.#cwd, name)]) : this.#search(name, path);
    if (found.kind === "found") this.#found.set(key, found);
    return found;
  }

  #search(name: string, path = DEFAULT_PATH): FoundProgram {
    const folders = path.split(delimiter).filter((folder) => folder !== "");
    return this.#look(folders.map((folder) => join(resolve(this.#cwd, folder), name)));
  }

  #look(files: readonly string[]): FoundProgram {
    let other: FoundProgram | undefined;
    for (const file of files) {
      const stats = statSync(file, { throwIfNoEntry: false });
      if (stats?.isFile() !== true) continue;
      if ((stats.mode & 0o111) !== 0) return { kind: "found", file };
      other ??= { kind: "not-executable", file };
    }
    return other ?? { kind: "missing", searched: files };
  }
}
