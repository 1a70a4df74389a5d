export type { Pin, Pins } from "./pins.ts";
export { resolvePins } from "./resolve.ts";
