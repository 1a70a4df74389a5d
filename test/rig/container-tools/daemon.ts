import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "../cli.ts";
import { findCommand, missingCommand, missingRoot } from "../skip.ts";

export interface Daemon {
  readonly pid: number;
  stop(): Promise<void>;
}

interface DaemonOptions {
  readonly command: "containerd" | "dockerd";
  readonly args: readonly string[];
  readonly folder: string;
  /** Whether it answers yet. */
  readonly answers: () => Promise<unknown>;
}

/** The proxy leads nowhere: what is not on this machine is not asked, whoever asks. */
const NOTHING_OUTSIDE = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
const START_MS = 60_000;

/** Starts a daemon of containers and waits until it answers; or says why there can be none here. */
export async function startDaemon({ command, args, folder, answers }: DaemonOptions): Promise<Daemon | string> {
  const missing = missingCommand(command) ?? missingRoot();
  if (missing !== undefined) return missing;
  const log = join(folder, `${command}.log`);
  const output = openSync(log, "w");
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, HOME: folder, ...NOTHING_OUTSIDE };
  const child = spawn(findCommand(command) ?? command, args, { stdio: ["ignore", output, output], env });
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.on("error", () => {});
  // It takes its mounts with it, which it does not where it is killed.
  const endWithUs = () => child.kill("SIGTERM");
  process.once("exit", endWithUs);
  const stop = async () => {
    process.off("exit", endWithUs);
    child.kill("SIGTERM");
    await ended;
  };
  const asked = () =>
    answers().then(
      () => "answers" as const,
      () => (child.exitCode === null ? undefined : ("ended" as const)),
    );
  const state = await waitFor(`${command} to answer`, asked, START_MS).catch(() => "silent" as const);
  if (state === "answers") return { pid: child.pid ?? 0, stop };
  await stop();
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  return `${command} does not run here (${state}): ${lines.at(-1)?.slice(0, 300)}`;
}
