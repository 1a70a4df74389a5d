export { type AssembledArtifact, assembleArtifact, packFiles } from "./artifact.ts";
export type { AssembledImage } from "./assemble.ts";
export { assembleImage } from "./assemble.ts";
export { assembleIndex } from "./manifests.ts";
export type { ImageFile, ImageSpec } from "./spec.ts";
