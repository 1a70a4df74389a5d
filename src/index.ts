/** What a file below `tasks/` may import: types alone, so that a task needs nothing installed to run. */
export type {
  TaskContext,
  TaskImage,
  TaskPin,
  TaskScript,
  TaskShell,
  TaskShellOptions,
  TaskTarget,
} from "./steps/script/context.ts";
