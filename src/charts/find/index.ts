export type { AddRule, IgnoreRule } from "./apply-rules.ts";
export { confirm, isConfirmed } from "./confirm.ts";
export { type FindOptions, findImages } from "./find-images.ts";
export {
  type Answer,
  componentsOf,
  type Finding,
  type Findings,
  type Flag,
  type FoundPlace,
  type IgnoredFinding,
  type SourceText,
} from "./finding.ts";
export { flagCollisions, type SharedName } from "./flags.ts";
export { mergeFindings } from "./merge.ts";
