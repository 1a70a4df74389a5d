import { keepsVersion, OTHER_VERSION, type Relocation, type Written } from "./form.ts";

/** Where all repositories of a host stand at a target: below a path, under their own paths. */
export interface Below {
  readonly host: string;
  /** Empty for none. */
  readonly prefix: string;
}

/**
 * The one place below which most of a host's images stand under their own paths, and those that stand elsewhere;
 * undefined where none stands under its own path.
 */
export function commonPlace(relocations: readonly Relocation[]): {
  readonly below: Below | undefined;
  readonly left: Written["left"];
} {
  const places = new Map<string, { below: Below; images: Relocation[] }>();
  for (const relocation of relocations) {
    const below = placeOf(relocation);
    if (below === undefined || !keepsVersion(relocation)) continue;
    const key = `${below.host}/${below.prefix}`;
    const place = places.get(key) ?? { below, images: [] };
    place.images.push(relocation);
    places.set(key, place);
  }
  const [most] = [...places.values()].sort((one, other) => other.images.length - one.images.length);
  const kept = new Set(most?.images);
  const left = relocations.filter((relocation) => !kept.has(relocation));
  return { below: most?.below, left: left.map((relocation) => ({ relocation, why: whyLeft(relocation) })) };
}

function placeOf({ from, to }: Relocation): Below | undefined {
  if (to.repository === from.repository) return { host: to.host, prefix: "" };
  if (!to.repository.endsWith(`/${from.repository}`)) return undefined;
  return { host: to.host, prefix: to.repository.slice(0, -from.repository.length - 1) };
}

const whyLeft = (relocation: Relocation): string =>
  keepsVersion(relocation)
    ? `its path at the target is not its own: name it with as: "${"$"}{path}:${"$"}{tag}"`
    : OTHER_VERSION;
