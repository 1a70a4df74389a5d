interface Listeners {
  readonly all: Set<() => void>;
  readonly tell: () => void;
}

const listenersOf = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls a listener once when a signal is aborted; what is given back ends that. A signal searches the list of its
 * listeners whenever one is added or removed, and the requests of a run are many: here it has one for all of them.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? listenTo(signal);
  listeners.all.add(listener);
  return () => {
    if (!listeners.all.delete(listener) || listeners.all.size > 0) return;
    listenersOf.delete(signal);
    signal.removeEventListener("abort", listeners.tell);
  };
}

function listenTo(signal: AbortSignal): Listeners {
  const all = new Set<() => void>();
  const tell = (): void => {
    for (const listener of all) listener();
  };
  signal.addEventListener("abort", tell, { once: true });
  const listeners = { all, tell };
  listenersOf.set(signal, listeners);
  return listeners;
}
