import type { Event, Outcome } from "../engine/index.ts";
import { type Failure, unreachable } from "../failure/index.ts";
import type { Mask } from "./mask.ts";

/**
 * The event with every secret in its free text hidden: messages, hints, evidence, lines of output. Names of nodes and
 * images stay, because they are keys of the config and readers find each other by them.
 */
export function maskEvent(event: Event, mask: Mask): Event {
  switch (event.type) {
    case "run-started":
    case "node-started":
    case "node-progress":
    case "run-stopping":
    case "run-finished":
      return event;
    case "node-log":
      return { ...event, line: mask.apply(event.line) };
    case "node-retrying":
    case "warning":
      return { ...event, failure: maskFailure(event.failure, mask) };
    case "node-waiting":
      return { ...event, for: mask.apply(event.for) };
    case "node-settled":
      return { ...event, outcome: maskOutcome(event.outcome, mask) };
    default:
      return unreachable(event);
  }
}

/** The failure with every secret in its free text hidden. */
export function maskFailure(failure: Failure, mask: Mask): Failure {
  const { hint, place, related, detail } = failure;
  return {
    ...failure,
    message: mask.apply(failure.message),
    ...(hint === undefined ? {} : { hint: mask.apply(hint) }),
    ...(place === undefined ? {} : { place: { ...place, text: mask.apply(place.text) } }),
    ...(related === undefined
      ? {}
      : {
          related: related.map((other) => ({
            message: mask.apply(other.message),
            place: { ...other.place, text: mask.apply(other.place.text) },
          })),
        }),
    ...(detail === undefined ? {} : { detail: detail.map(mask.apply) }),
  };
}

function maskOutcome(outcome: Outcome, mask: Mask): Outcome {
  switch (outcome.kind) {
    case "done":
      return { ...outcome, summary: mask.apply(outcome.summary) };
    case "failed":
      return { ...outcome, failure: maskFailure(outcome.failure, mask) };
    case "skipped":
      return { ...outcome, why: mask.apply(outcome.why) };
    case "waiting":
      return { ...outcome, for: mask.apply(outcome.for) };
    case "blocked":
    case "cancelled":
      return outcome;
    default:
      return unreachable(outcome);
  }
}
