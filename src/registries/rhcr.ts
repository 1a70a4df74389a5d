import type { PublicationState } from "../certification/certify/index.ts";
import type { Digest } from "../oci/index.ts";
import { askCatalog, type CatalogImage } from "./catalog.ts";
import { joinPath, type RegistryKind } from "./kind.ts";

/** Where certified images are pushed: one repository for each component, on Quay. */
const HOSTED_NAMESPACE = "redhat-isv-containers";
/** Where users pull them from once Red Hat has published them. */
const PUBLIC_HOST = "registry.connect.redhat.com";

/**
 * Red Hat's certified registry. Images are pushed to the hosted repository of their component and pulled, after
 * certification and publication, under the vendor's name: pushed is not published here.
 */
export const rhcr: RegistryKind<"rhcr"> = {
  pushedTo: (_registry, { path, component }) => joinPath(HOSTED_NAMESPACE, component ?? path),
  publicName: (registry, { path }) => ({ host: PUBLIC_HOST, repository: joinPath(registry.vendor, path) }),
  stateOf: async (registry, { path, component }, digest, signal) => {
    const repository = joinPath(registry.vendor, path);
    return stateIn(await askCatalog(registry.catalog, PUBLIC_HOST, repository, signal), digest, {
      name: `${PUBLIC_HOST}/${repository}`,
      link: component && `${registry.portal}/component/view/${component}/images`,
    });
  },
};

/**
 * An image counts as published when every entry of its digest is; an index has one entry for each architecture,
 * all of which carry the index's digest.
 */
function stateIn(
  images: readonly CatalogImage[],
  digest: Digest,
  { name, link }: { readonly name: string; readonly link: string | undefined },
): PublicationState {
  const ours = images.filter(
    (image) => image.digest === digest || image.repositories.some(({ indexDigest }) => indexDigest === digest),
  );
  const entries = ours.flatMap((image) =>
    image.repositories.filter((repository) => image.digest === digest || repository.indexDigest === digest),
  );
  if (entries.length > 0 && entries.every((entry) => entry.published === "yes")) return { kind: "published" };
  if (ours.some(({ certification }) => certification === "failed")) {
    return {
      kind: "unpublished",
      stage: "failed",
      whose: "ours",
      waitsFor: `a version of ${name} that passes the checks`,
      link,
    };
  }
  if (ours.length === 0 || ours.some(({ certification }) => certification === "open")) {
    return { kind: "unpublished", stage: "pushed", whose: "theirs", waitsFor: `the certification of ${name}`, link };
  }
  return { kind: "unpublished", stage: "certified", whose: "theirs", waitsFor: `the publication of ${name}`, link };
}
