/** A database or header that is not as its format says. Becomes a sentence of a report, never a stack trace. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** Calls `read` and gives `Unreadable` for reading behind the end of the bytes, which broken files make readers do. */
export function withinBytes<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError) throw new Unreadable(`${what} ends too early or points nowhere`, { cause });
    throw cause;
  }
}
