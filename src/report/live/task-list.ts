import { Listr, ListrEventType, ListrTaskState, type ListrTaskWrapper } from "listr2";

/** What one node does in the list: when it starts, and how it ends. */
export interface Entry {
  readonly title: string;
  readonly started: Promise<unknown>;
  readonly ended: Promise<"completed" | "failed" | "skipped">;
}

/** What is drawn for a list while it is shown. */
export interface View {
  readonly open: () => void;
  /** Something is not as it was drawn. */
  readonly changed: () => void;
  readonly end: () => void;
}

/**
 * Shows entries as one flat listr2 list until all have ended. The list only mirrors what the engine does: a task of
 * it is bound to its node, never does any work, and never throws.
 */
export async function showList(entries: readonly Entry[], view: View): Promise<void> {
  const tasks = entries.map((entry) => ({
    title: entry.title,
    task: (_: unknown, wrapper: Wrapper) => follow(entry, wrapper),
  }));
  await new Listr<unknown, typeof MirrorRenderer, typeof MirrorRenderer>(tasks, {
    renderer: MirrorRenderer,
    fallbackRenderer: MirrorRenderer,
    rendererOptions: { view },
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
  }).run();
}

type Wrapper = ListrTaskWrapper<unknown, typeof MirrorRenderer, typeof MirrorRenderer>;

/** listr2 takes every task of a concurrent list for started; whether its node is, we know better. */
async function follow({ started, ended }: Entry, { task }: Wrapper): Promise<void> {
  task.state$ = ListrTaskState.WAITING;
  await started;
  task.state$ = ListrTaskState.STARTED;
  const end = await ended;
  if (end === "failed") task.state$ = ListrTaskState.FAILED;
  if (end === "skipped") task.state$ = ListrTaskState.SKIPPED;
}

/**
 * listr2's own default renderer renders the whole tree at every change, which is quadratic in the number of tasks.
 * This one only passes on that something changed: the view draws, at its own pace.
 */
class MirrorRenderer {
  /** Whether there is a terminal was decided before there was a list. */
  static nonTTY = true;
  static rendererOptions: { view: View };
  static rendererTaskOptions: Record<never, never>;
  readonly #view: View;
  readonly #events: Events | undefined;

  constructor(_tasks: readonly unknown[], options: { view: View }, events?: Events) {
    this.#view = options.view;
    this.#events = events;
  }

  render(): void {
    this.#view.open();
    this.#events?.on(ListrEventType.SHOULD_REFRESH_RENDER, () => this.#view.changed());
  }

  end(): void {
    this.#view.end();
  }
}

interface Events {
  readonly on: (type: ListrEventType, call: () => void) => void;
}
