import { Failed } from "../failure/index.ts";
import { shortDigest } from "../oci/index.ts";
import type { StepOf } from "./scope.ts";

/** Hands on what the version rule of an image was resolved to before the graph was laid out, or why it was not. */
export const pin: StepOf<"pin"> = async (step, _context, scope) => {
  const resolved = scope.pins.get(step.image);
  if (resolved === undefined) throw new Error(`${step.image} was not pinned`);
  if (resolved.kind === "unpinned") throw new Failed({ ...resolved.failure, class: settled(resolved.failure.class) });
  const { tag, digest } = resolved.pin;
  const summary = tag === undefined ? shortDigest(digest) : `${tag} is ${shortDigest(digest)}`;
  return { kind: "done", value: { kind: "pin", pin: resolved.pin }, effect: "none", summary, bytes: 0 };
};

/** Asking the pins again gives the same answer: what may pass elsewhere does not pass here. */
const settled = (kind: Failed["failure"]["class"]) => (kind === "transient" ? "permanent" : kind);
