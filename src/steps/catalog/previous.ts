import { type CatalogBundle, type CatalogEntry, previousBundles } from "../../bundle/index.ts";
import type { Catalog, PreviousBundles } from "../../config/index.ts";
import { Failed } from "../../failure/index.ts";
import { formatReference, parseReference } from "../../oci/index.ts";
import type { Scope } from "../scope.ts";

/**
 * The bundles of before, in the folders that a catalog names, but for those that the config makes. Each image's digest
 * is asked of its registry. Throws `Failed`: `catalog/no-image` where it has none, and as the registry fails.
 */
export async function previousIn(
  { previous }: Catalog,
  own: readonly CatalogBundle[],
  scope: Scope,
  signal: AbortSignal,
): Promise<readonly CatalogBundle[]> {
  const known = new Set(own.map(({ entry }) => entry.name));
  const bundles: CatalogBundle[] = [];
  for (const declared of previous) {
    for (const entry of await previousBundles(declared)) {
      if (known.has(entry.name)) continue;
      bundles.push({ entry, image: await pinned(entry, declared, scope, signal) });
    }
  }
  return bundles;
}

async function pinned(
  entry: CatalogEntry,
  { image, place }: PreviousBundles,
  { connections }: Scope,
  signal: AbortSignal,
): Promise<string> {
  const reference = image.replaceAll(`$${"{version}"}`, entry.version.replaceAll("+", "_"));
  const { host, repository, tag, digest } = parseReference(reference);
  if (digest !== undefined) return reference;
  const at = await connections.source(host, repository);
  const head = await at.registry.headManifest(at.repository, tag ?? "latest", signal);
  if (head === undefined) {
    throw new Failed({
      code: "catalog/no-image",
      class: "permanent",
      message: `The catalog cannot name ${entry.name}: ${host} has no ${reference}`,
      place,
      hint: "Push that bundle, for which one under bundles with pin: keep is made, or take its folder away",
    });
  }
  return formatReference({ host, repository, tag: undefined, digest: head.digest });
}
