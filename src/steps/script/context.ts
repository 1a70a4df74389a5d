import type { Options, ProcessPromise } from "zx/core";

/**
 * What a file below `tasks/` exports by default:
 *
 * ```ts
 * import type { TaskContext } from "mirror";
 *
 * export default async function ({ $, images, log }: TaskContext) {
 *   for (const image of Object.values(images)) {
 *     await $`cosign sign --yes ${image.pinned}`;
 *     log(`signed ${image.reference}`);
 *   }
 * }
 * ```
 *
 * What it returns is handed to the tasks that need it ({@link TaskContext.results}) and must be plain JSON.
 */
export type TaskScript = (context: TaskContext) => unknown;

/** All that a task is given. A task reads nothing else: not the environment of mirror, not its working folder. */
export interface TaskContext {
  /** The name of the task in the config. */
  readonly name: string;
  /**
   * Runs a command, as zx does: arguments are quoted, `await` gives its output, a failing command fails the task.
   * It starts in {@link cwd} with {@link env}, its output becomes lines of the task's log, and it does not outlive
   * the task: what is still running when the task ends is stopped.
   */
  readonly $: TaskShell;
  /** Absolute path of the folder of the config; commands start here. */
  readonly cwd: string;
  /** The environment of commands: that of mirror and the task's own `env:`. A copy, so changes stay in this task. */
  readonly env: Record<string, string | undefined>;
  /** Aborted when the run is stopped. The task then has {@link graceMs} to put things in order. */
  readonly signal: AbortSignal;
  /** Milliseconds between {@link signal} and the end of the task, finished or not. */
  readonly graceMs: number;
  /** What the version rules chose for the images that stand before this task in the graph, by name of image. */
  readonly pins: Readonly<Record<string, TaskPin>>;
  /** What the nodes before this task have published, by name of node: `copy:harbor/mysql`, `bundle:operator`. */
  readonly images: Readonly<Record<string, TaskImage>>;
  /** What the tasks before this task have returned, by name of task. */
  readonly results: Readonly<Record<string, unknown>>;
  /** The targets of the config by name. */
  readonly targets: Readonly<Record<string, TaskTarget>>;
  /**
   * The value of a variable below `vars:`. Rejects where the config has none of this name, or where its value
   * stands on an environment variable that is not set.
   */
  readonly variable: (name: string) => Promise<string>;
  /** Adds lines to the log of the task. */
  readonly log: (text: string) => void;
}

/** zx's `$`, without its synchronous form, which would hold up the whole run. */
export interface TaskShell {
  (pieces: TemplateStringsArray, ...args: readonly unknown[]): ProcessPromise;
  /** The same shell with other options: `$({ cwd, nothrow: true })`. */
  (options: TaskShellOptions): TaskShell;
}

/** Options of zx that make sense inside a run. */
export type TaskShellOptions = Partial<
  Pick<
    Options,
    | "cwd"
    | "env"
    | "input"
    | "stdio"
    | "nothrow"
    | "timeout"
    | "timeoutSignal"
    | "killSignal"
    | "signal"
    | "delimiter"
    | "preferLocal"
    | "halt"
    | "prefix"
    | "postfix"
  >
>;

/** What a version rule resolved to. */
export interface TaskPin {
  /** `host/repository` as the config writes it. */
  readonly repository: string;
  /** Undefined where the config names a digest alone. */
  readonly tag: string | undefined;
  readonly digest: string;
  readonly mediaType: string;
}

/** An image or bundle at its target. */
export interface TaskImage {
  /** The name of the image or bundle in the config. */
  readonly name: string;
  /** The name of the target. */
  readonly target: string;
  /** `host/repository:tag`, as users pull it. */
  readonly reference: string;
  /** `host/repository@digest`, as users pull it. */
  readonly pinned: string;
  readonly digest: string;
  /** `os/architecture[/variant]` of each image of an index. */
  readonly platforms: readonly string[];
  /** Of a bundle: the absolute path of the folder with its files as they are in the image. Nobody may write there. */
  readonly folder?: string;
}

/** Where images are published. */
export interface TaskTarget {
  readonly name: string;
  /** The name of its registry in the config. */
  readonly registry: string;
  /** The host that references to its images begin with. */
  readonly host: string;
  /** The names of its images. */
  readonly images: readonly string[];
}
