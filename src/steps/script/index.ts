export type { TaskContext, TaskImage, TaskPin, TaskScript, TaskTarget } from "./context.ts";
export { runScript, type ScriptRun, type TaskInputs } from "./run-script.ts";
export type { TaskLog } from "./shell.ts";
