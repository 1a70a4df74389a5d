import { kill } from "node:process";
import { Failed } from "../failure/index.ts";
import { defaultBackoff, persistently } from "../oci/http/index.ts";
import { gitFailure } from "./failures.ts";

/** The `git` on PATH, for one repository. */
export interface Git {
  /** Runs a command that stays on this machine, and gives what it wrote. Throws `Failed` with a code `git/…`. */
  readonly local: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>;
  /** Runs a command that speaks to the repository; again, where what failed may pass. */
  readonly remote: (args: readonly string[]) => Promise<string>;
}

export interface GitOptions {
  /** For messages. */
  readonly url: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Below the age at which leftovers of others are cleaned away. */
const LONGEST_MS = 30 * 60 * 1000;
const ATTEMPTS = 3;
const MOST_OUTPUT = 256 * 1024 * 1024;

/** Variables that bind git to some other repository: git sets them where it runs hooks, and mirror may be run by one. */
const BINDING =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|SHALLOW_FILE|QUARANTINE_PATH)$/;

/** Whatever a person has set for work of his own and that would run or wait here. */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "http.lowSpeedLimit=1",
  "http.lowSpeedTime=60",
].flatMap((setting) => ["-c", setting]);

export function gitFor(options: GitOptions): Git {
  const { url, signal } = options;
  const env = { ...quietly(options.env) };
  const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { execa } = await import("execa");
    const timeout = AbortSignal.timeout(LONGEST_MS);
    const ended = AbortSignal.any([signal, timeout]);
    if (ended.aborted) throw gitFailure(url, { stderr: "", exitCode: undefined, end: "cancelled" });
    const child = execa("git", [...SETTINGS, ...args], {
      cwd: options.cwd,
      env: { ...env, ...more },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      // A group of its own, so that what git starts ends with it; and away from the terminal, where ssh would ask for
      // passwords that nobody sees it ask for.
      detached: true,
      maxBuffer: MOST_OUTPUT,
    });
    const stop = (): void => endGroup(child.pid);
    ended.addEventListener("abort", stop, { once: true });
    const result = await child.finally(() => ended.removeEventListener("abort", stop));
    if (!result.failed) return result.stdout;
    const { stderr, exitCode, code } = result;
    const end = signal.aborted ? "cancelled" : timeout.aborted ? "timeout" : code === "ENOENT" ? "missing" : "failed";
    throw gitFailure(url, { stderr, exitCode, end });
  };
  return {
    local: run,
    remote: (args) => persistently({ ...defaultBackoff, attempts: ATTEMPTS }, signal, () => run(args)),
  };
}

/** True where a git command failed because the other side does not give what was asked for. */
export function isRefused(error: unknown): boolean {
  const detail = error instanceof Failed && error.failure.code === "git/failed" ? (error.failure.detail ?? []) : [];
  return detail.some((line) =>
    /not our ref|unadvertised object|couldn't find remote ref|no such remote ref/i.test(line),
  );
}

/** In English, so that failures can be read, and without questions at the terminal. */
function quietly(env: GitOptions["env"]): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !BINDING.test(name) && name !== "LANGUAGE");
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    kill(-pid, "SIGTERM");
  } catch {
    // It has ended by itself meanwhile.
  }
}
