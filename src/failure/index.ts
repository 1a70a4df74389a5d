export type { Failure, FailureClass, Place } from "./failure.ts";
export { Failed, FailedTogether, failureOf, failuresOf, unreachable } from "./failure.ts";
export { didYouMean, nearest } from "./suggest.ts";
