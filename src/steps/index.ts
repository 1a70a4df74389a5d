import type { Execute, Node, NodeId, SettledNode, StepContext, StepResult } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Step } from "../plan/index.ts";
import { type ChartImages, chartNode, outcomeOf, outcomeOfChart, type Pins, pinNode } from "../release/index.ts";
import { build } from "./build.ts";
import { bundle } from "./bundle.ts";
import { catalog } from "./catalog.ts";
import { certify } from "./certify.ts";
import { copy } from "./copy.ts";
import { gate } from "./gate.ts";
import { packageChart } from "./package.ts";
import { room } from "./room.ts";
import { save } from "./save.ts";
import type { Scope } from "./scope.ts";
import { script } from "./script.ts";
import type { StepValue } from "./value.ts";

export { type Commands, openCommands } from "./command/index.ts";
export type { Mode, Scope } from "./scope.ts";
export type { StepValue } from "./value.ts";

/** The nodes of pins and charts, which were settled before the run, as the engine takes them. */
export function settledBefore(pins: Pins, charts: ChartImages): Map<NodeId, SettledNode<StepValue>> {
  const settled = new Map<NodeId, SettledNode<StepValue>>();
  for (const [image, resolution] of pins) {
    const value = resolution.kind === "pinned" ? ({ kind: "pin", pin: resolution.pin } as const) : undefined;
    settled.set(pinNode(image), { outcome: outcomeOf(resolution), value });
  }
  for (const [chart, resolution] of charts) {
    settled.set(chartNode(chart), { outcome: outcomeOfChart(resolution), value: undefined });
  }
  return settled;
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
    case "chart":
      throw new Error(`${step.chart} is rendered before the run`);
    case "pin":
      throw new Error(`${step.image} is pinned before the run`);
    case "build":
      return build(step, context, scope);
    case "copy":
      return copy(step, context, scope);
    case "package":
      return packageChart(step, context, scope);
    case "certify":
      return certify(step, context, scope);
    case "gate":
      return gate(step, context, scope);
    case "room":
      return room(step, context, scope);
    case "save":
      return save(step, context, scope);
    case "bundle":
      return bundle(step, context, scope);
    case "catalog":
      return catalog(step, context, scope);
    case "script":
      return script(step, context, scope);
    default:
      return unreachable(step);
  }
}
