import { getHeapSpaceStatistics } from "node:v8";
import { endGrowth } from "./flags.ts";

/** Both halves of it. With more, nothing that mirror does takes less time. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** In milliseconds. What ends before the first look needs little; most of the growth comes soon after it. */
const [FIRST, SOON, LATER] = [150, 25, 1000];
const YOUNG_MS = 5000;

/**
 * Sees to it that V8 does not take ever more memory for new objects: where much is on its way at once, it doubles that
 * up to 32 MB, most of which then lies unused in a process that waits for registries.
 */
export function limitNewSpace(wait = FIRST): void {
  setTimeout(() => {
    if (newSpaceBytes() >= ENOUGH_BYTES) endGrowth();
    else limitNewSpace(performance.now() < YOUNG_MS ? SOON : LATER);
  }, wait).unref();
}

const newSpaceBytes = (): number =>
  getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? 0;
