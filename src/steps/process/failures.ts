import { Failed } from "../../failure/index.ts";

const LONGEST_COMMAND = 160;

/** The run was stopped before the task came to its end. */
export function cancelledTask(name: string): Failed {
  return new Failed({ code: "task/cancelled", class: "cancelled", message: `Task "${name}" was stopped with the run` });
}

/** A command or message in one line that is not too long. */
export function shorten(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, " ");
  return line.length > LONGEST_COMMAND ? `${line.slice(0, LONGEST_COMMAND)}…` : line;
}
