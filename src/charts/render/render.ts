import { unreachable } from "../../failure/index.ts";
import { renderBuiltIn } from "./built-in.ts";
import type { ChartRequest, Rendered, RenderOptions } from "./request.ts";

const TIMEOUT_MS = 300_000;

/**
 * Renders a chart as `helm template` does: hooks included, notes left out, `lookup` empty.
 *
 * Throws `Failed` with `charts/not-rendered` (the chart or its values are wrong: what, in which template, at which
 * line), `charts/not-found`, `charts/too-large`, `charts/timeout`, `charts/cancelled`, or `charts/no-helm`.
 */
export async function renderChart(request: ChartRequest, options: RenderOptions = {}): Promise<Rendered> {
  const { engine = "built-in", timeoutMs = TIMEOUT_MS, env = {} } = options;
  const limits = { timeoutMs, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  switch (engine) {
    case "built-in":
      return renderBuiltIn(request, limits);
    case "helm": {
      const { renderWithHelm } = await import("./helm-command.ts");
      return renderWithHelm(request, { ...limits, env });
    }
    default:
      return unreachable(engine);
  }
}
