import type { HttpAnswer } from "../http/index.ts";

/** How many more pulls a registry allows, by its own last word. */
export interface PullLimit {
  readonly remaining: number;
  /** Pulls in a window, where it says so. */
  readonly limit: number | undefined;
  /** Seconds, where it says so. */
  readonly windowSeconds: number | undefined;
}

/** Docker Hub's `ratelimit-remaining: 76;w=21600` beside `ratelimit-limit`; undefined where an answer has none. */
export function readPullLimit({ headers }: Pick<HttpAnswer, "headers">): PullLimit | undefined {
  const remaining = parse(headers["ratelimit-remaining"]);
  if (remaining === undefined) return undefined;
  const limit = parse(headers["ratelimit-limit"]);
  return {
    remaining: remaining.count,
    limit: limit?.count,
    windowSeconds: remaining.windowSeconds ?? limit?.windowSeconds,
  };
}

function parse(
  header: string | string[] | undefined,
): { count: number; windowSeconds: number | undefined } | undefined {
  if (header === undefined) return undefined;
  const [, count, window] = /^\s*(\d+)(?:\s*;\s*w=(\d+))?/.exec([header].flat()[0] ?? "") ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), windowSeconds: window === undefined ? undefined : Number(window) };
}
