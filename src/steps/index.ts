import type { Execute, Node, NodeId, SettledNode, StepContext, StepResult } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Step } from "../plan/index.ts";
import { outcomeOf, type Pins, pinNode } from "../release/index.ts";
import { build } from "./build.ts";
import { bundle } from "./bundle.ts";
import { copy } from "./copy.ts";
import { gate } from "./gate.ts";
import type { Scope } from "./scope.ts";
import { script } from "./script.ts";
import type { StepValue } from "./value.ts";

export { type Commands, openCommands } from "./command/index.ts";
export type { Mode, Scope } from "./scope.ts";
export type { StepValue } from "./value.ts";

/** The nodes of pins, which were settled before the run, as the engine takes them. */
export function settledPins(pins: Pins): Map<NodeId, SettledNode<StepValue>> {
  return new Map(
    [...pins].map(([image, resolution]) => [
      pinNode(image),
      {
        outcome: outcomeOf(resolution),
        value: resolution.kind === "pinned" ? { kind: "pin", pin: resolution.pin } : undefined,
      },
    ]),
  );
}

/** Gives the engine what it runs: every step by its kind, and keeps what each gave back. */
export function executeSteps(given: Omit<Scope, "values">): Execute<Step, StepValue> {
  const values = new Map<NodeId, StepValue>();
  const scope: Scope = { ...given, values };
  return async (node, context) => {
    const result = await dispatch(node, context, scope);
    if (result.kind === "done") values.set(node.id, result.value);
    return result;
  };
}

function dispatch(node: Node<Step>, bare: StepContext<StepValue>, scope: Scope): Promise<StepResult<StepValue>> {
  const { step } = node;
  const context = { ...bare, node };
  switch (step.kind) {
    case "pin":
      throw new Error(`${step.image} is pinned before the run`);
    case "build":
      return build(step, context, scope);
    case "copy":
      return copy(step, context, scope);
    case "gate":
      return gate(step, context, scope);
    case "bundle":
      return bundle(step, context, scope);
    case "script":
      return script(step, context, scope);
    default:
      return unreachable(step);
  }
}
