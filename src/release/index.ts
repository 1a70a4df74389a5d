export { outcomeOf, type Pin, type Pins, pinNode } from "./pins.ts";
export { resolvePins } from "./resolve.ts";
