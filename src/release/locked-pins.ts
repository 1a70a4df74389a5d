import type { Image } from "../config/index.ts";
import type { Lock, LockedImage } from "./lock/index.ts";
import { disagreement, type Locking } from "./locking.ts";
import type { Pin } from "./pins.ts";
import type { Answer } from "./rules/answer-rule.ts";
import { ruleText } from "./rules/rule-text.ts";
import { declaredName } from "./several.ts";

/**
 * The pins that the lock has for an image, where it was made by the same rule; undefined where they must be resolved.
 * `derived` is what the rule reads now, where reading costs no request. Throws `Failed` (`lock/disagrees`) where the
 * lock is frozen and does not have them.
 */
export function lockedPins(image: Image, derived: Answer | undefined, locking: Locking): readonly Pin[] | undefined {
  const entries = entriesOf(locking.lock, image.name);
  const says = difference(image, entries, derived);
  if (says === undefined && !locking.renews("images", image.name)) return entries.map((entry) => asPin(entry, locking));
  if (locking.manner !== "frozen") return undefined;
  const name = entries[0]?.[0] ?? image.name;
  throw disagreement({ section: "images", name, place: image.place }, says ?? "is to be resolved anew", locking);
}

type Entry = readonly [name: string, locked: LockedImage];

/** Entries by the key under `images` that they come from: asked for each image of a config that may have thousands. */
const BY_KEY = new WeakMap<Lock, ReadonlyMap<string, readonly Entry[]>>();

/** The entries of an image: one, or as many as its rule chose. */
export function entriesOf(lock: Lock, image: string): readonly Entry[] {
  const known = BY_KEY.get(lock) ?? byKey(lock);
  BY_KEY.set(lock, known);
  return known.get(image) ?? [];
}

function byKey(lock: Lock): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of lock.images) {
    const key = declaredName(entry[0]);
    const list = found.get(key);
    if (list === undefined) found.set(key, [entry]);
    else list.push(entry);
  }
  return found;
}

/** How config and lock differ on an image, as a sentence without its subject. */
function difference(image: Image, entries: readonly Entry[], derived: Answer | undefined): string | undefined {
  const [first] = entries;
  if (first === undefined) return "is not in the lock";
  const [, locked] = first;
  const repository = image.origin.kind === "build" ? "" : `${image.origin.host}/${image.origin.repository}`;
  if (locked.repository !== repository) return `comes from ${repository}, and the lock has ${locked.repository}`;
  const rule = ruleText(image.version);
  if (locked.rule !== rule) return `has the rule "${rule}", and the lock was made by "${locked.rule}"`;
  if (derived === undefined) return undefined;
  const [now, then] = [derived.chosen.map(({ tag }) => tag), entries.map(([, { tag }]) => tag)].map((tags) =>
    tags.toSorted().join(", "),
  );
  return now === then ? undefined : `is at ${now} by its rule (${rule}), and the lock has ${then}`;
}

const asPin = ([image, locked]: Entry, { placeOf }: Locking): Pin => ({
  image,
  repository: locked.repository,
  tag: locked.tag,
  digest: locked.digest,
  mediaType: locked.mediaType,
  size: locked.manifestSize,
  locked,
  lockedAt: placeOf?.("images", image),
  chosenFrom: locked.chosenFrom,
});
