export { type BundleContent, bundleContent } from "./content.ts";
export type { ClusterServiceVersion } from "./csv.ts";
export { type BundleDeclarations, NOTHING_DECLARED } from "./declare.ts";
export type { BundleFile } from "./files.ts";
export { type BundlePackage, readBundle } from "./read.ts";
export { type FoundReference, findReferences, isPinned, type Replace, rewriteReferences } from "./references.ts";
export { type Replacement, type Replacements, replacementsOf } from "./replacements.ts";
export { type DecodedScalar, decodeScalar } from "./scalar.ts";
export { type BundleFindings, validateImages, validateManifests } from "./validate.ts";
