import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { brotliDecompress } from "node:zlib";
import { Failed } from "../../failure/index.ts";
import { cancelled, tookTooLong } from "./refusals.ts";
import { TIERING_FLAG } from "./tiering.ts";

/** Helm lets templates include each other a thousand deep, and each level takes many frames. */
const STACK_MB = 256;
const OUT_OF_MEMORY = /out of memory|cannot allocate memory/;
const TOO_DEEP = /RangeError|stack overflow|goroutine stack exceeds/;

export interface EngineLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What helm/worker.mjs sends when the engine has ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly thrown?: string;
}

/** Runs the engine once, in a thread of its own, and gives what it wrote. */
export async function answerTo(
  request: Uint8Array,
  limits: EngineLimits & { readonly chart: string },
): Promise<string> {
  if (limits.signal?.aborted === true) throw cancelled(limits.chart);
  const { module, worker } = await engine();
  const ended = await runIn(worker, { module, input: request }, limits);
  if (ended.code === 0) return ended.stdout;
  throw broke(limits.chart, `${ended.thrown ?? ""}\n${ended.stderr}`);
}

export interface Engine {
  readonly module: object;
  readonly worker: URL;
}

/** Of the platform, but not of the libraries that this project is checked against. */
const { WebAssembly: platform } = globalThis as unknown as {
  readonly WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
};

let compiled: Promise<Engine> | undefined;

/** Read and compiled once in a process, at its first use. */
export function engine(): Promise<Engine> {
  compiled ??= load().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

/** Begins to read and compile it, for whoever will need it once a chart is there. What fails is told then. */
export function warmUp(): void {
  engine().catch(() => {});
}

async function load(): Promise<Engine> {
  setFlagsFromString(TIERING_FLAG);
  const { folder, compressed } = await find(dirname(fileURLToPath(import.meta.url)));
  const module = await platform.compile(await promisify(brotliDecompress)(compressed));
  return { module, worker: pathToFileURL(join(folder, "worker.mjs")) };
}

/** In the folder helm/ of mirror, which is above the source as well as above what is built from it. */
async function find(from: string): Promise<{ readonly folder: string; readonly compressed: Uint8Array }> {
  for (let above = from; ; above = dirname(above)) {
    const folder = join(above, "helm");
    const compressed = await readFile(join(folder, "engine.wasm.br")).catch(() => undefined);
    if (compressed !== undefined) return { folder, compressed };
    if (above === dirname(above)) break;
  }
  throw new Failed({
    code: "charts/no-engine",
    class: "permanent",
    message: `There is no helm/engine.wasm.br above ${from}`,
    hint: "Install mirror again, whole",
  });
}

function runIn(worker: URL, workerData: object, limits: EngineLimits & { readonly chart: string }): Promise<Ended> {
  const { signal, timeoutMs, chart } = limits;
  return new Promise((resolve, reject) => {
    const options = { workerData, execArgv: [], resourceLimits: { stackSizeMb: STACK_MB } };
    const thread = new Worker(worker, options);
    let stopped: Failed | undefined;
    const stop = (failure: Failed) => {
      stopped ??= failure;
      void thread.terminate();
    };
    const abort = () => stop(cancelled(chart));
    const timer = setTimeout(() => stop(tookTooLong(chart, timeoutMs)), timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    thread.once("message", resolve);
    thread.once("error", (error) => reject(broke(chart, String(error))));
    thread.once("exit", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      reject(stopped ?? broke(chart, "the engine's thread ended without an answer"));
    });
  });
}

function broke(chart: string, words: string): Failed {
  const detail = words.trim().split("\n").slice(0, 5);
  if (OUT_OF_MEMORY.test(words) || TOO_DEEP.test(words)) {
    const what = OUT_OF_MEMORY.test(words) ? "more than 1 GiB of memory" : "templates nested too deep";
    return new Failed({
      code: "charts/too-large",
      class: "permanent",
      message: `Rendering ${chart} takes ${what}`,
      hint: "Look for a loop in its templates, or for a value that makes them that large",
      detail,
    });
  }
  return new Failed({
    code: "charts/engine-broke",
    class: "permanent",
    message: `The engine broke while it rendered ${chart}`,
    hint: "Report this with the lines below; meanwhile choose the helm command as the engine",
    detail,
  });
}
