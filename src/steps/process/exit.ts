import { constants } from "node:os";

/** How a command ended, in words: `exit code 127 (command not found)`, `killed by SIGTERM`. */
export function inWords(ended: { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }): string {
  if (ended.signal !== null) return `killed by ${ended.signal}`;
  if (ended.exitCode === null) return "could not be started";
  const meaning = meaningOf(ended.exitCode);
  return `exit code ${ended.exitCode}${meaning === undefined ? "" : ` (${meaning})`}`;
}

/** What shells give a meaning to (POSIX, Shell Command Language, 2.8.2); other codes are the program's own. */
function meaningOf(code: number): string | undefined {
  if (code === 126) return "found but cannot be executed";
  if (code === 127) return "command not found";
  const [name] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return name === undefined ? undefined : `ended by ${name}`;
}
