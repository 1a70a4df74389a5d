export { type Fault, type PyxisRig, startPyxis } from "./server.ts";
export { type Component, type Delays, HOUR, type PyxisState, USUAL_DELAYS } from "./state.ts";
