import type { Digest } from "../../oci/index.ts";
import type { Lock, LockedChart, LockedImage, LockedSource } from "./lock.ts";

/** What is different between two locks; names in the order of their characters. */
export interface LockDiff {
  readonly images: readonly ImageChange[];
  readonly sources: readonly Change<LockedSource>[];
  readonly charts: readonly LockedChartChange[];
  readonly shipment: Shipment;
}

export type Change<Value> =
  | { readonly kind: "added"; readonly name: string; readonly to: Value }
  | { readonly kind: "removed"; readonly name: string; readonly from: Value }
  | { readonly kind: "moved"; readonly name: string; readonly from: Value; readonly to: Value };

export type ImageChange =
  /** `moved`: it stands at another digest, under the same tag or another. */
  | Change<LockedImage>
  /** The same digest under another tag or from another repository. */
  | { readonly kind: "retagged"; readonly name: string; readonly from: LockedImage; readonly to: LockedImage };

export type LockedChartChange = Change<LockedChart> & {
  /** References that the chart names now and did not before, and the other way about. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
};

/** What has to be brought to those who have the first lock's images, so that they have the second's. */
export interface Shipment {
  /**
   * Bytes of the platforms that targets take and that no image of the first lock has, each once. Layers that such
   * platforms share with each other, or with what is there, are counted with each: a lock does not know layers.
   */
  readonly bytes: number;
  /** Images that are not there yet. */
  readonly images: number;
  /** Of these, those whose size the lock does not know. */
  readonly unknown: readonly string[];
}

/** Compares two locks. */
export function diffLocks(before: Lock, after: Lock): LockDiff {
  const images = changes(before.images, after.images, ({ digest }) => digest);
  const retagged = names(before.images, after.images).flatMap((name): ImageChange[] => {
    const [from, to] = [before.images.get(name), after.images.get(name)];
    if (from === undefined || to === undefined || from.digest !== to.digest) return [];
    return from.tag === to.tag && from.repository === to.repository ? [] : [{ kind: "retagged", name, from, to }];
  });
  return {
    images: [...images, ...retagged].sort((one, other) => (one.name < other.name ? -1 : 1)),
    sources: changes(before.sources, after.sources, ({ commit, ref }) => `${commit} ${ref}`),
    charts: chartChanges(before, after),
    shipment: shipment(before, after),
  };
}

/** True where two locks say the same of every name. */
export const isEmptyDiff = ({ images, sources, charts }: LockDiff): boolean =>
  images.length + sources.length + charts.length === 0;

const names = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].sort();

function changes<Value>(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
  identity: (value: Value) => string,
): Change<Value>[] {
  return names(before, after).flatMap((name): Change<Value>[] => {
    const [from, to] = [before.get(name), after.get(name)];
    if (from === undefined) return to === undefined ? [] : [{ kind: "added", name, to }];
    if (to === undefined) return [{ kind: "removed", name, from }];
    return identity(from) === identity(to) ? [] : [{ kind: "moved", name, from, to }];
  });
}

function chartChanges(before: Lock, after: Lock): LockedChartChange[] {
  const identity = ({ from, version, commit, images }: LockedChart): string =>
    [
      version,
      commit,
      from.kind === "repository" ? from.archive : undefined,
      ...images.map(({ reference }) => reference).toSorted(),
    ].join("\n");
  return changes(before.charts, after.charts, identity).map((change) => {
    const [from, to] = [
      referencesOf("from" in change ? change.from : undefined),
      referencesOf("to" in change ? change.to : undefined),
    ];
    return { ...change, added: [...to].filter((one) => !from.has(one)), gone: [...from].filter((one) => !to.has(one)) };
  });
}

const referencesOf = (chart: LockedChart | undefined): Set<string> =>
  new Set((chart?.images ?? []).map(({ reference }) => reference).toSorted());

function shipment(before: Lock, after: Lock): Shipment {
  const there = new Set<Digest>();
  for (const { digest, platforms } of before.images.values()) {
    there.add(digest);
    for (const platform of platforms.values()) there.add(platform.digest);
  }
  const unknown: string[] = [];
  let [bytes, images] = [0, 0];
  for (const [name, image] of after.images) {
    if (there.has(image.digest)) continue;
    there.add(image.digest);
    images += 1;
    const parts = partsOf(image);
    if (parts.length === 0) unknown.push(name);
    for (const { digest, size } of parts) {
      if (there.has(digest) && digest !== image.digest) continue;
      there.add(digest);
      bytes += size;
    }
  }
  return { bytes, images, unknown };
}

/** Platforms whose size is known; the image itself where it has no platforms. */
function partsOf({ digest, size, platforms }: LockedImage): { readonly digest: Digest; readonly size: number }[] {
  if (platforms.size === 0) return size === undefined ? [] : [{ digest, size }];
  return [...platforms.values()].flatMap((platform) =>
    platform.size === undefined ? [] : [{ digest: platform.digest, size: platform.size }],
  );
}
