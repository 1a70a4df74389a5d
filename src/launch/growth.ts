import { getHeapSpaceStatistics } from "node:v8";
import { slowGrowth } from "./flags.ts";

/** Both halves of the space for new objects. With more, nothing that mirror does takes less time. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** In milliseconds. What ends before the first look needs little; most of the growth comes soon after it. */
const [FIRST, SOON, LATER] = [75, 10, 1000];
const YOUNG_MS = 5000;

/**
 * Sees to it that V8 does not take ever more memory. Where much is on its way at once, it doubles the space for new
 * objects up to 32 MB, most of which then lies unused in a process that waits for registries; and lets those that have
 * become old, as each request's do while it waits, grow to several times what is still in use before it clears them away.
 */
export function limitGrowth(wait = FIRST): void {
  setTimeout(() => {
    if (newSpaceBytes() >= ENOUGH_BYTES) slowGrowth();
    else limitGrowth(performance.now() < YOUNG_MS ? SOON : LATER);
  }, wait).unref();
}

const newSpaceBytes = (): number =>
  getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? 0;
