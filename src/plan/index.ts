export { layOut } from "./lay-out.ts";
export { destinationOf, tagOf } from "./naming.ts";
export { poolsOf } from "./pools.ts";
export { relocationsOf } from "./relocations.ts";
export { chartsToRender, imagesToPin, type Selection, select, sketch } from "./select.ts";
export { sharedNames } from "./shared-names.ts";
export type { Destination, Step } from "./step.ts";
export { withCharts } from "./with-charts.ts";
