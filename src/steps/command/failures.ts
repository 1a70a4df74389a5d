import { Failed, type Place } from "../../failure/index.ts";
import { inWords } from "../process/exit.ts";
import { shorten } from "../process/failures.ts";
import type { FoundProgram } from "./find-program.ts";
import type { Ended } from "./program.ts";

interface Told {
  /** The name of the task. */
  readonly task: string;
  readonly place: Place;
}

export function commandFailed(command: string, ended: Ended, lines: readonly string[], { task, place }: Told): Failed {
  const how = ended.cause === undefined ? `failed: ${inWords(ended)}` : `could not be started: ${ended.cause.message}`;
  const wrote = lines.some((line) => line.trim() !== "");
  return new Failed(
    {
      code: "task/command-failed",
      class: "permanent",
      message: `"${shorten(command)}" of task "${task}" ${how}`,
      hint: wrote
        ? "Read what the command wrote below; the log of the task has all of it"
        : "Run it by hand in the folder of the config; it wrote nothing that says why",
      place,
      ...(wrote ? { detail: lines } : {}),
    },
    { cause: ended.cause },
  );
}

/** The program of a command is not there, or is no program. */
export function noProgram(name: string, found: Exclude<FoundProgram, { kind: "found" }>, told: Told): Failed {
  const { task, place } = told;
  if (found.kind === "not-executable") {
    const message = `${found.file}, the command of task "${task}", cannot be executed`;
    const hint = `Make it executable: chmod +x ${name}`;
    return new Failed({ code: "task/no-command", class: "permanent", message, hint, place });
  }
  const isPath = name.includes("/");
  const where = isPath ? `at ${found.searched[0]}` : "in PATH";
  return new Failed({
    code: "task/no-command",
    class: "permanent",
    message: `There is no command "${name}" ${where}, and task "${task}" runs it`,
    hint: isPath
      ? "Correct its path: it is relative to the folder of the config"
      : `Install ${name}, or add its folder to PATH; a program beside the config is named by a path: ./${name}`,
    place,
  });
}
