import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { TIERING_FLAG } from "../charts/render/tiering.ts";

/** The flags that are changed while mirror runs, as V8 has them by itself, by its major version. */
const BY_VERSION: Readonly<Record<string, { readonly growth: string; readonly tiering: string }>> = {
  11: { growth: "--semi-space-growth-factor=2 --heap-growing-percent=0", tiering: "--wasm-tiering-budget=1800000" },
  12: { growth: "--semi-space-growth-factor=2 --heap-growing-percent=0", tiering: "--wasm-tiering-budget=13000000" },
};
/** Undefined where this V8 is not known. */
export const byItself = BY_VERSION[process.versions.v8.split(".")[0] ?? ""];
/** Old objects are cleared away once there are half as many again as were left the last time. */
const SLOW_GROWTH = "--semi-space-growth-factor=1 --heap-growing-percent=50";

const atStart = fingerprint();
let growsSlowly = false;

/** From now on memory grows slowly, and the space for new objects not at all, where this V8 is known. */
export function slowGrowth(): void {
  if (byItself === undefined) return;
  growsSlowly = true;
  setFlagsFromString(SLOW_GROWTH);
}

/**
 * Does what takes or gives compiled code. V8 takes it only under the very flags that it was made under: those of a start.
 * The work is told whether they are in force; they are not where somebody else has changed one.
 */
export function underFirstFlags<Result>(work: (first: boolean) => Result): Result {
  const unchanged = areFirst();
  if (byItself === undefined || unchanged) return work(unchanged);
  setFlagsFromString(byItself.growth);
  const renders = !areFirst();
  if (renders) setFlagsFromString(byItself.tiering);
  try {
    return work(areFirst());
  } finally {
    if (renders) setFlagsFromString(TIERING_FLAG);
    if (growsSlowly) setFlagsFromString(SLOW_GROWTH);
  }
}

const areFirst = (): boolean => fingerprint() === atStart;

/** What compiled code begins with: V8's version and flags are in it. */
function fingerprint(): string {
  return new Script("0").createCachedData().toString("latin1", 0, 16);
}
