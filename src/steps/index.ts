import type { Execute, Node, StepContext, StepResult } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Step } from "../plan/index.ts";
import { build } from "./build.ts";
import { bundle } from "./bundle.ts";
import { copy } from "./copy.ts";
import { gate } from "./gate.ts";
import { pin } from "./pin.ts";
import type { Scope } from "./scope.ts";
import { script } from "./script.ts";
import type { StepValue } from "./value.ts";

export type { Mode, Scope } from "./scope.ts";
export type { StepValue } from "./value.ts";

/** Gives the engine what it runs: every step by its kind, and keeps what each gave back. */
export function executeSteps(scope: Scope): Execute<Step, StepValue> {
  return async (node, context) => {
    const result = await dispatch(node, context, scope);
    if (result.kind === "done") scope.values.set(node.id, result.value);
    return result;
  };
}

function dispatch(node: Node<Step>, bare: StepContext<StepValue>, scope: Scope): Promise<StepResult<StepValue>> {
  const { step } = node;
  const context = { ...bare, node };
  switch (step.kind) {
    case "pin":
      return pin(step, context, scope);
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
