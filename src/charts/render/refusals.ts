import { Failed } from "../../failure/index.ts";
import type { RenderProblem } from "./request.ts";

const HINTS: Readonly<Record<RenderProblem["kind"], string>> = {
  required: "Set the value that the chart asks for",
  fail: "Set the values that the chart asks for",
  template: "Correct the values that the template uses, or leave it out by a condition of the chart",
  parse: "Report this to the chart's author: the template is not one",
  yaml: "Correct the values that the template writes into its YAML",
  schema: "Correct the values that the chart's values.schema.json does not allow",
  "kube-version": "Set a Kubernetes version that the chart is made for",
  dependencies: "Fetch the charts it depends on into its folder charts/",
  values: "Correct the values",
  chart: "Check that this is the chart that was meant, and that it is whole",
};

/** The failure that an engine's answer stands for. */
export function notRendered(chart: string, problem: RenderProblem): Failed {
  const { template, line, at, message } = problem;
  const place = template === undefined ? "" : ` in ${template}${line === undefined ? "" : `, line ${line}`}`;
  const [first = "", ...more] = message.trim().split("\n");
  return new Failed({
    code: "charts/not-rendered",
    class: problem.kind === "values" ? "usage" : "permanent",
    message: `Chart ${chart} cannot be rendered${place}: ${first.replace(/\.$/, "")}`,
    hint: HINTS[problem.kind],
    ...(at === undefined && more.length === 0 ? {} : { detail: [...(at === undefined ? [] : [`at ${at}`]), ...more] }),
  });
}

export function unreadable(path: string, error: unknown): Failed {
  if (error instanceof Failed) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new Failed({
      code: "charts/not-found",
      class: "usage",
      message: `There is no ${path}`,
      hint: "Check the path, and that the chart or its values were fetched",
    });
  }
  return new Failed(
    {
      code: "charts/unreadable",
      class: "permanent",
      message: `${path} cannot be read: ${message}`,
      hint: "Check its permissions and what it is",
    },
    { cause: error },
  );
}

export function noChart(path: string): Failed {
  return new Failed({
    code: "charts/not-a-chart",
    class: "usage",
    message: `${path} is neither a folder nor a .tgz`,
    hint: "Name a chart's folder, or its archive as helm packs it",
  });
}

export function cancelled(chart: string): Failed {
  return new Failed({ code: "charts/cancelled", class: "cancelled", message: `Rendering ${chart} was interrupted` });
}

export function tookTooLong(chart: string, timeoutMs: number): Failed {
  return new Failed({
    code: "charts/timeout",
    class: "permanent",
    message: `Chart ${chart} was not rendered within ${timeoutMs / 1000} s`,
    hint: "Look for a loop in its templates",
  });
}
