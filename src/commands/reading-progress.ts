import { formatBytes, formatDuration, formatRate } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";

/** Tells people how far reading has come. */
export interface ReadingProgress {
  readonly expect: (bytes: number) => void;
  readonly add: (bytes: number) => void;
  readonly end: () => void;
}

/** On a terminal often, in one line; in a log seldom, in lines of their own. */
const TERMINAL_MS = 200;
const LOG_MS = 30_000;

/** Bytes, rate and the time that is left, on the error stream; nothing under `--json` and `--quiet`. */
export function readingProgress(host: Host, args: Arguments): ReadingProgress {
  const shown = !args.flags.has("json") && !args.flags.has("quiet");
  const { isTTY } = host.err;
  const startedAt = host.now();
  let total = 0;
  let bytes = 0;
  let lastAt = startedAt;
  const text = (now: number): string => {
    const rate = bytes / ((now - startedAt) / 1000);
    const left = rate === 0 ? "" : `  ${formatDuration(((total - bytes) / rate) * 1000)} left`;
    return `${formatBytes(bytes)} of ${formatBytes(total)}  ${formatRate(rate)}${left}`;
  };
  return {
    expect: (count) => {
      total = count;
    },
    add: (count) => {
      bytes += count;
      const now = host.now();
      if (!shown || now - lastAt < (isTTY ? TERMINAL_MS : LOG_MS)) return;
      lastAt = now;
      host.err.write(isTTY ? `\r\u001b[K${text(now)}` : `${text(now)}\n`);
    },
    end: () => {
      if (shown && isTTY) host.err.write("\r\u001b[K");
    },
  };
}
