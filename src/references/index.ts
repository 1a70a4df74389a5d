export { checkReferences } from "./check.ts";
export { type Declarations, declarationsOf } from "./declared.ts";
export { unifiedDiff } from "./diff.ts";
export type { Comparison, Difference, DifferenceKind, Unknown } from "./difference.ts";
export { type LoadedSet, type LoadOptions, loadReferences } from "./load.ts";
export { type Mended, mend } from "./mend.ts";
export type { FileText } from "./site.ts";
export { withLockedCharts } from "./with-locked-charts.ts";
export { writeMended } from "./write.ts";
