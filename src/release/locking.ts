import { Failed, type Place } from "../failure/index.ts";
import { EMPTY_LOCK, type Lock, type LockFile } from "./lock/index.ts";

/** How a lock is used while rules are resolved. */
export interface Locking {
  readonly lock: Lock;
  /**
   * `frozen`: what the lock does not say is refused. `kept`: what it says is taken, and what it does not say is
   * resolved.
   */
  readonly manner: "frozen" | "kept";
  /** What is resolved anew although the lock says it. */
  readonly renews: (section: keyof Lock, name: string) => boolean;
  /**
   * Whether rules that read versions in sources and of other images are read to be compared with the lock (which they
   * are unless said otherwise), or taken from it: where an archive carries both, there is nothing to read in.
   */
  readonly derived?: "read" | "taken";
  /** Where an entry stands in the lock's file; undefined where there is no file. */
  readonly placeOf: ((section: keyof Lock, name: string) => Place) | undefined;
}

/** Without a lock: everything is resolved. */
export const UNLOCKED: Locking = { lock: EMPTY_LOCK, manner: "kept", renews: () => false, placeOf: undefined };

/** Takes a lock from its file as it is. */
export const lockingOf = (file: LockFile | undefined, manner: Locking["manner"]): Locking => ({
  ...UNLOCKED,
  lock: file?.lock ?? EMPTY_LOCK,
  manner,
  placeOf: file?.placeOf,
});

export const DISAGREES = "lock/disagrees";

/**
 * What to say where config and lock disagree and the lock must not change. `says` is a sentence without its subject:
 * `is not in the lock`.
 */
export function disagreement(
  { section, name, place }: { readonly section: keyof Lock; readonly name: string; readonly place: Place },
  says: string,
  locking: Locking,
): Failed {
  const { lock, placeOf } = locking;
  const related =
    placeOf !== undefined && lock[section].has(name)
      ? { related: [{ message: "The lock has it here", place: placeOf(section, name) }] }
      : {};
  return new Failed({
    code: DISAGREES,
    class: "usage",
    message: `${name} ${says}`,
    place,
    ...related,
    hint: "Run mirror pin and commit the lock, or run with --no-frozen",
  });
}
