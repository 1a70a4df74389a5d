import type { Bundle } from "../config/index.ts";
import type { BundleDeclarations } from "./declare.ts";

/** Where a bundle is, and what the config declares of it. */
export const foldersOf = ({ manifests, metadata, annotations, csvAnnotations, version, replaces }: Bundle) => {
  const declared: BundleDeclarations = {
    annotations: Object.fromEntries(annotations),
    csvAnnotations: Object.fromEntries(csvAnnotations),
    version,
    replaces,
  };
  return { manifests, metadata, declared };
};
