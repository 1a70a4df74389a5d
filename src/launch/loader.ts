import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { underFirstFlags } from "./flags.ts";
import type { CompiledCode } from "./kept-code.ts";

interface Part {
  readonly script: Script;
  readonly module: { readonly exports: unknown };
}

/**
 * Loads the CommonJS files of one folder like `require` does, from compiled code where there is some. They cannot
 * `import()`: Node refuses that to code which it did not load itself.
 */
export class Loader {
  readonly #folder: string;
  readonly #compiled: CompiledCode;
  readonly #require: NodeJS.Require;
  readonly #parts = new Map<string, Part>();
  #compiledAnew = false;

  constructor(folder: string, compiled: CompiledCode) {
    this.#folder = folder;
    this.#compiled = compiled;
    this.#require = createRequire(join(folder, "_"));
  }

  /** Whether a file was loaded for which there was no compiled code. */
  get compiledAnew(): boolean {
    return this.#compiledAnew;
  }

  /** What the file exports. Only names that begin with `./` are files of the folder. */
  load(name: string): unknown {
    const known = this.#parts.get(name);
    if (known !== undefined) return known.module.exports;
    const script = this.#compile(name);
    const module = { exports: {} };
    this.#parts.set(name, { script, module });
    const require = (wanted: string): unknown => (wanted.startsWith("./") ? this.load(wanted) : this.#require(wanted));
    script.runInThisContext()(module.exports, require, module, join(this.#folder, name), this.#folder);
    return module.exports;
  }

  /**
   * The code of all that was loaded, with the functions that were compiled since because they were called; and what was
   * there of other files of the folder, which another use of the program loads.
   */
  code(): CompiledCode {
    const others = [...this.#compiled].filter(([name]) => existsSync(join(this.#folder, name)));
    const loaded = [...this.#parts].map(([name, { script }]) => [name, script.createCachedData()] as const);
    return new Map([...others, ...loaded]);
  }

  #compile(name: string): Script {
    const filename = join(this.#folder, name);
    const cachedData = this.#compiled.get(name);
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
    const options = { filename, ...(cachedData !== undefined && { cachedData }) };
    const script = underFirstFlags(() => new Script(source, options));
    this.#compiledAnew ||= cachedData === undefined || script.cachedDataRejected === true;
    return script;
  }
}
