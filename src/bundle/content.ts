import { type BundleFile, isManifest, textOf, withText } from "./files.ts";
import type { BundlePackage } from "./read.ts";
import { type FoundReference, findReferences, isPinned, type Replace, rewriteReferences } from "./references.ts";
import { withRelatedImages } from "./related-images.ts";

/** What goes into a bundle's image. */
export interface BundleContent {
  /** Plain files, each with its bytes as they go into the image. */
  readonly files: readonly BundleFile[];
  readonly labels: Readonly<Record<string, string>>;
  /** The references that were replaced, each with where it stood and what stands there now. */
  readonly replaced: readonly (FoundReference & { readonly by: string })[];
  /** Those that nothing replaces. */
  readonly unmapped: readonly FoundReference[];
}

/**
 * The content of a bundle's image, `FROM scratch`, with the references of its manifests replaced. Under
 * `relatedImages: "complete"` the ClusterServiceVersion then lists every image that is named by digest.
 */
export function bundleContent(
  bundle: BundlePackage,
  replace: Replace,
  relatedImages: "complete" | "as-is" = "as-is",
): BundleContent {
  const found = bundle.files.filter(isManifest).flatMap((one) => findReferences(textOf(one), one.file));
  const rewritten = bundle.files.map((one) => (isManifest(one) ? rewrite(one, replace) : one));
  return {
    files: relatedImages === "complete" ? listed(rewritten, bundle.csv.file) : rewritten,
    labels: bundle.labels,
    replaced: found.flatMap((reference) => {
      const by = replace(reference.reference);
      return by === undefined ? [] : [{ ...reference, by }];
    }),
    unmapped: found.filter(({ reference }) => replace(reference) === undefined),
  };
}

const rewrite = (file: BundleFile, replace: Replace): BundleFile =>
  withText(file, rewriteReferences(textOf(file), file.file, replace));

function listed(files: readonly BundleFile[], csv: string): readonly BundleFile[] {
  const used = files
    .filter(isManifest)
    .flatMap((one) => findReferences(textOf(one), one.file))
    .filter(({ reference }) => isPinned(reference));
  return files.map((one) =>
    one.file === csv && isManifest(one) ? withText(one, withRelatedImages(textOf(one), one.file, used)) : one,
  );
}
