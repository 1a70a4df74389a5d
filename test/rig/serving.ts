import { type CliResult, type RunningCli, startMirror, waitFor } from "./cli.ts";

/** Runs `mirror serve` at a free port until the body is done; gives its exit code and what it printed. */
export async function serving(
  folder: string,
  args: readonly string[],
  body: (host: string, running: RunningCli) => Promise<void>,
): Promise<CliResult> {
  const running = startMirror(["serve", ...args, "--listen", "127.0.0.1:0"], { cwd: folder });
  try {
    const host = await waitFor("the start line", () => /at https?:\/\/(\S+?):? /.exec(running.output())?.[1], 30_000);
    await body(host, running);
  } finally {
    running.child.kill("SIGINT");
  }
  return running.ended;
}
