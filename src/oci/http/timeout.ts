/** The error of a server that is waited for no longer, with the system's code for that. */
export function timedOut(what: "connect" | "answer"): NodeJS.ErrnoException {
  return Object.assign(new Error(`no ${what} in time`), { code: "ETIMEDOUT" });
}

/** Whether an error is that of a server, or of the system, that waited in vain. */
export const isTimeout = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "ETIMEDOUT";
