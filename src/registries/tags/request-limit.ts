import type { ApiAnswer } from "../api.ts";

/** How many more requests an interface allows, by its own last word: for a registry's pulls there is `PullLimit`. */
export interface RequestLimit {
  readonly remaining: number;
  /** When there will be more, in milliseconds since the epoch, where it says so. */
  readonly resets: number | undefined;
}

/** Docker Hub's `X-RateLimit-Remaining`, and `X-RateLimit-Reset` in seconds since the epoch. */
export function readRequestLimit({ headers }: Pick<ApiAnswer, "headers">): RequestLimit | undefined {
  const remaining = numberIn(headers["x-ratelimit-remaining"]);
  if (remaining === undefined) return undefined;
  const resets = numberIn(headers["x-ratelimit-reset"]);
  return { remaining, resets: resets === undefined ? undefined : resets * 1000 };
}

function numberIn(header: string | string[] | undefined): number | undefined {
  const text = [header].flat()[0]?.trim() ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
