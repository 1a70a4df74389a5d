import { readFile, stat } from "node:fs/promises";
import { type Catalogue, copyCatalogue, emptyCatalogue, readCatalogue, writeCatalogue } from "./catalogue.ts";
import { replaceFile, unlessMissing } from "./disk.ts";
import { explained } from "./failures.ts";

/** index.json, read into memory; changes go one after the other, and those that wait together share one write. */
export interface IndexFile {
  /** What the file says now. */
  readonly catalogue: Catalogue;
  /**
   * Changes a copy of the catalogue, which becomes the catalogue once it is safely on disk; yields what the change
   * yields. Nothing else changes meanwhile. A change that throws must not have touched the catalogue.
   */
  change<T>(apply: (catalogue: Catalogue) => Promise<T> | T): Promise<T>;
}

interface Waiting {
  readonly apply: (catalogue: Catalogue) => Promise<() => void>;
  readonly reject: (error: unknown) => void;
}

/** Reads index.json; one that does not exist is empty and comes into being with the first change. */
export async function openIndexFile(file: string, temporaryFolder: string): Promise<IndexFile> {
  let { catalogue, text, stamp } = await load(file);
  const waiting: Waiting[] = [];
  let working = false;

  function change<T>(apply: (catalogue: Catalogue) => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({
        async apply(next) {
          const result = await apply(next);
          return () => resolve(result);
        },
        reject,
      });
      if (!working) void work();
    });
  }

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) await together(waiting.splice(0));
    working = false;
  }

  async function together(batch: readonly Waiting[]): Promise<void> {
    const done: (() => void)[] = [];
    try {
      // Another process may have replaced the file: its entries must not be lost.
      if ((await stampOf(file)) !== stamp) ({ catalogue, text, stamp } = await load(file));
      const next = copyCatalogue(catalogue);
      for (const one of batch) {
        try {
          done.push(await one.apply(next));
        } catch (error) {
          one.reject(error);
        }
      }
      await save(next);
      for (const tell of done) tell();
    } catch (error) {
      for (const one of batch) one.reject(explained(error, file));
    }
  }

  async function save(next: Catalogue): Promise<void> {
    const nextText = writeCatalogue(next);
    if (nextText !== text) {
      await replaceFile(file, nextText, temporaryFolder);
      text = nextText;
      stamp = await stampOf(file);
    }
    catalogue = next;
  }

  return {
    get catalogue() {
      return catalogue;
    },
    change,
  };
}

async function load(file: string): Promise<{ catalogue: Catalogue; text: string; stamp: string }> {
  const stamp = await stampOf(file);
  const text = await unlessMissing(readFile(file, "utf8"));
  if (text === undefined) return { catalogue: emptyCatalogue(), text: "", stamp };
  return { catalogue: readCatalogue(text, file), text, stamp };
}

async function stampOf(file: string): Promise<string> {
  const found = await unlessMissing(stat(file));
  return found === undefined ? "" : `${found.ino}:${found.mtimeMs}:${found.size}`;
}
