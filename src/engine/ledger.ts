import type { FileHandle } from "node:fs/promises";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failed } from "../failure/index.ts";
import type { Event } from "./event.ts";
import { isRunId } from "./run-id.ts";
import type { Reader } from "./stream.ts";

const keptRuns = 20;
const flushAfterMs = 100;
const extension = ".ndjson";

export interface LedgerOptions {
  /** Absolute; made where it is missing. */
  readonly folder: string;
  /** From `newRunId`. */
  readonly run: string;
}

/** The record of one run on disk, one event a line, in the order they happened. */
export interface Ledger {
  readonly file: string;
  readonly read: Reader;
  /**
   * Writes what is left.
   *
   * @throws Failed `ledger/unwritable` where any of it could not be written
   */
  readonly close: () => Promise<void>;
}

/**
 * Begins the ledger of a run and removes the oldest ones: the newest 20 stay. Events are written a tenth of a second
 * late, in one go; of the progress of a node in that time only the last is kept.
 *
 * @throws Failed `ledger/unwritable`
 */
export async function openLedger({ folder, run }: LedgerOptions): Promise<Ledger> {
  const file = join(folder, `${run}${extension}`);
  const handle = await openFile(folder, file);
  await removeOldest(folder);
  const writer = new Writer(handle, file);
  return { file, read: (event) => writer.add(event), close: () => writer.close() };
}

async function openFile(folder: string, file: string): Promise<FileHandle> {
  try {
    await mkdir(folder, { recursive: true });
    return await open(file, "a", 0o600);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** A run of another process may be removing the same files. */
async function removeOldest(folder: string): Promise<void> {
  const runs = (await readdir(folder))
    .filter((name) => name.endsWith(extension) && isRunId(name.slice(0, -extension.length)))
    .sort();
  for (const name of runs.slice(0, -keptRuns)) await rm(join(folder, name), { force: true });
}

class Writer {
  readonly #handle: FileHandle;
  readonly #file: string;
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #error: unknown;

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  add(event: Event): void {
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.#flush(), flushAfterMs);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#flush();
    await this.#writing;
    await this.#handle.close();
    if (this.#error !== undefined) throw unwritable(this.#file, this.#error);
  }

  #flush(): void {
    const text = withoutStaleProgress(this.#waiting)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join("");
    this.#waiting = [];
    this.#timer = undefined;
    this.#writing = this.#writing
      .then(async () => {
        if (text !== "" && this.#error === undefined) await this.#handle.appendFile(text);
      })
      .catch((error: unknown) => {
        this.#error = error;
      });
  }
}

/** In a run of a thousand images, progress is nearly all there is to write. */
function withoutStaleProgress(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, Event>();
  for (const event of events) if (event.type === "node-progress") last.set(event.id, event);
  return events.filter((event) => event.type !== "node-progress" || last.get(event.id) === event);
}

function unwritable(file: string, error: unknown): Failed {
  const reason = error instanceof Error ? error.message : String(error);
  return new Failed(
    {
      code: "ledger/unwritable",
      class: "permanent",
      message: `The ledger ${file} cannot be written: ${reason}`,
      hint: "Make the folder writable and see that the disk has room",
    },
    { cause: error },
  );
}
