export { layOut } from "./lay-out.ts";
export { destinationOf, tagOf } from "./naming.ts";
export { poolsOf } from "./pools.ts";
export { imagesToPin, type Selection, select } from "./select.ts";
export type { Destination, Step } from "./step.ts";
