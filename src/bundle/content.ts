import type { ImageFile } from "../oci/index.ts";
import { isManifest, textOf } from "./files.ts";
import type { BundlePackage } from "./read.ts";
import { type FoundReference, findReferences, type Replace, rewriteReferences } from "./references.ts";

/** What goes into a bundle's image. */
export interface BundleContent {
  readonly files: readonly ImageFile[];
  readonly labels: Readonly<Record<string, string>>;
  /** The references that were replaced, each with where it stood and what stands there now. */
  readonly replaced: readonly (FoundReference & { readonly by: string })[];
  /** Those that the manifests declare as images and that nothing replaces. */
  readonly unmapped: readonly FoundReference[];
}

/** The content of a bundle's image, `FROM scratch`, with the references of its manifests replaced. */
export function bundleContent(bundle: BundlePackage, replace: Replace): BundleContent {
  const manifests = bundle.files.filter(isManifest);
  const found = manifests.flatMap((manifest) => findReferences(textOf(manifest), manifest.file));
  return {
    files: bundle.files.map((file) => ({
      path: file.path,
      source: isManifest(file) ? Buffer.from(rewriteReferences(textOf(file), file.file, replace)) : file.bytes,
      mode: "plain",
    })),
    labels: bundle.labels,
    replaced: found.flatMap((reference) => {
      const by = replace(reference.reference);
      return by === undefined ? [] : [{ ...reference, by }];
    }),
    unmapped: found.filter(({ reference, certainty }) => certainty === "declared" && replace(reference) === undefined),
  };
}
