import { publish } from "./publish.ts";
import type { StepOf } from "./scope.ts";

/** Publishes a chart under its version, as `helm push` would. */
export const packageChart: StepOf<"package"> = async (step, context, scope) => {
  const { tag, from } = await scope.openPackage(step.chart);
  const destination = { ...step.destination, tag };
  const chart = { name: `chart:${step.chart}`, from, target: step.target, destination, platforms: [] };
  const result = await publish(chart, context, scope);
  return result.kind === "done" ? { ...result, summary: `${result.summary}, version ${tag}` } : result;
};
