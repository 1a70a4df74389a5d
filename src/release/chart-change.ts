import { type Finding, isConfirmed } from "../charts/find/index.ts";
import type { LockedChart } from "./lock/index.ts";

/** How the images of a chart differ from those in the lock. */
export interface ChartChange {
  /** The version that the lock has. */
  readonly since: string;
  /** References, in the order of their characters. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

/**
 * Compares what was found in a chart with what the lock has of it. A candidate that nobody has asked for is not new,
 * as it may be none; one that the lock has is not gone.
 */
export function changeSince(locked: LockedChart, images: readonly Finding[]): ChartChange {
  const before = new Set(locked.images.map(({ reference }) => reference));
  const found = new Set(images.map(({ reference }) => reference));
  const confirmed = images.filter(isConfirmed).map(({ reference }) => reference);
  return {
    since: locked.version,
    added: confirmed.filter((reference) => !before.has(reference)).sort(),
    gone: [...before].filter((reference) => !found.has(reference)).sort(),
  };
}

/** `2 new, 1 gone since 0.6.2`; undefined where nothing has changed. */
export function changeText({ since, added, gone }: ChartChange): string | undefined {
  const parts = [counted(added, "new"), counted(gone, "gone")].filter((part) => part !== "");
  return parts.length === 0 ? undefined : `${parts.join(", ")} since ${since}`;
}

const counted = (references: readonly string[], what: string): string =>
  references.length === 0 ? "" : `${references.length} ${what}`;
