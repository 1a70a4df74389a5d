import { Failed, type Failure, type Place } from "../../failure/index.ts";
import { inWords } from "../process/exit.ts";
import { shorten } from "../process/failures.ts";
import { type CommandOutput, isCommandOutput } from "./command-output.ts";
import { placeInStack } from "./place.ts";
import type { Call } from "./shell.ts";

const LAST_LINES = 10;

/**
 * What a task threw, as a failure with its place: `task/command-failed`, or `task/threw`.
 * A `Failed` is given back as it is.
 */
export async function failureOfTask(
  thrown: unknown,
  task: { readonly name: string; readonly file: string; readonly callOf: (failure: unknown) => Call | undefined },
): Promise<Failed> {
  if (thrown instanceof Failed) return thrown;
  if (isCommandOutput(thrown)) {
    const call = task.callOf(thrown);
    // Without a call of ours, zx's own message still names the line.
    const place = await placeInStack(call?.stack ?? thrown.message, task.file);
    return new Failed(commandFailed(thrown, call?.command, task.name, place), { cause: thrown });
  }
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return new Failed(threw(thrown, task.name, await placeInStack(stack, task.file)), { cause: thrown });
}

function commandFailed(
  output: CommandOutput,
  command: string | undefined,
  task: string,
  place: Place | undefined,
): Failure {
  const named = command === undefined ? "A command" : `"${shorten(command)}"`;
  const cause = output.cause instanceof Error ? `could not be started: ${output.cause.message}` : undefined;
  const lines = output.stdall.trimEnd().split(/\r?\n/).slice(-LAST_LINES);
  return {
    code: "task/command-failed",
    class: "permanent",
    message: `${named} of task "${task}" ${cause ?? `failed: ${inWords(output)}`}`,
    hint: "Read what the command wrote below; the log of the task has all of it",
    ...(place === undefined ? {} : { place }),
    ...(output.stdall.trim() === "" ? {} : { detail: lines }),
  };
}

function threw(thrown: unknown, task: string, place: Place | undefined): Failure {
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return {
    code: "task/threw",
    class: "permanent",
    message: `Task "${task}" threw ${shorten(message)}`,
    hint: "Correct the task, or what it works on",
    ...(place === undefined ? {} : { place }),
  };
}
