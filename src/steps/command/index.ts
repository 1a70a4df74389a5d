export { type Commands, openCommands } from "./commands.ts";
export type { CommandRun } from "./run-command.ts";
