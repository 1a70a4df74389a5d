import { originOf } from "./origin.ts";
import { publish } from "./publish.ts";
import type { StepOf } from "./scope.ts";

/** Copies a pinned or built image to its place at a target. */
export const copy: StepOf<"copy"> = async (step, context, scope) => {
  const origin = await originOf(step.image, context.values, scope);
  if (origin === "unbuilt") {
    const value = { kind: "unbuilt" } as const;
    return { kind: "done", value, effect: "changed", summary: "would be copied once it is built", bytes: 0 };
  }
  return publish({ name: step.image, target: step.target, destination: step.destination, ...origin }, context, scope);
};
