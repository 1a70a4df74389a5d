import { GRACE_MS } from "../process/until-ended.ts";
import type { Program } from "./program.ts";
import { quote } from "./quoting.ts";

/** Signals that a command may send to its whole process group, the lane included, as in `trap 'kill 0' EXIT`. */
const SIGNALS = "HUP INT QUIT ALRM TERM USR1 USR2";

/**
 * What a lane reads first. Standard error moves to 4: what the shell itself has to say goes nowhere, so that the
 * log has the words of commands alone. 3 stays open as long as mirror lives, and says nothing: when it ends, however
 * mirror ended, the guard behind it ends the lane's whole process group. The number of the guard is told.
 */
export function opening(mark: string): string {
  const guard = `trap '' ${SIGNALS};read x <&3;kill -TERM 0;sleep ${GRACE_MS / 1000};kill -KILL 0`;
  return [
    `trap : ${SIGNALS}`,
    "exec 4>&2 2>/dev/null",
    `(${guard}) </dev/null >/dev/null 4>&- &`,
    `echo "${mark}$!"`,
    "exec 3<&-",
    "",
  ].join("\n");
}

/**
 * What a lane reads for one command: a simple command of the shell, the one form that dash starts without a fork of
 * its own memory. Its name is a path, so it is never one of the shell's own. Its end, with its exit code, is marked
 * on both streams.
 */
export function commandText(command: Pick<Program, "file" | "args" | "env">, mark: string): string {
  const variables = Object.entries(command.env).map(([name, value]) => `${name}=${quote(value)}`);
  const words = [command.file, ...command.args].map(quote);
  return `${[...variables, ...words].join(" ")} </dev/null 2>&4 4>&-;s=$?;echo "${mark}$s";echo "${mark}$s" >&4\n`;
}

/** What shells replace by a value of their own, or take for an order. */
const TAKEN = new Set("BASHOPTS EUID IFS LINENO OPTIND PPID RANDOM SECONDS SHELLOPTS UID".split(" "));
/** What a shell may be started with, but does not leave alone when it is told. */
const KEPT = new Set("_ OLDPWD PWD SHLVL".split(" "));

/** Whether a shell that was started with a variable of this name hands it on as it is. */
export function canInherit(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !TAKEN.has(name);
}

/** Whether a shell that is told a variable of this name hands it on as it is. */
export function canBeTold(name: string): boolean {
  return canInherit(name) && !KEPT.has(name);
}
