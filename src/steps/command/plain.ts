import { spawn } from "node:child_process";
import { Children, MARK } from "../process/children.ts";
import { drain, type Ended, type Program } from "./program.ts";

/** Starts a command without a lane, as a child of mirror's own. */
export function startPlainly(
  program: Program,
  { cwd, env, task }: { cwd: string; env: Readonly<Record<string, string | undefined>>; task: string },
): { readonly ended: Promise<Ended>; readonly processes: Children } {
  const processes = new Children(task);
  const ended = new Promise<Ended>((settle) => {
    const child = processes.own(() =>
      spawn(program.file, program.args, {
        cwd,
        env: { ...env, ...program.env, [MARK]: processes.mark },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      }),
    );
    child.stdout.on("data", program.stdout);
    child.stderr.on("data", program.stderr);
    child.once("error", (cause) => settle({ exitCode: null, signal: null, cause }));
    child.once("exit", (exitCode, signal) => void drain(child).then(() => settle({ exitCode, signal })));
  });
  return { ended, processes };
}
