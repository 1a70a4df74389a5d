import { parse } from "yaml";

/**
 * `Chart.yaml` as JSON, as the config of a chart's artifact has it (helm.sh/docs/topics/registries). Scalars stay the
 * text that they are written as, so that `appVersion: 1.10` is no number, but for the two that helm reads as booleans.
 */
export function chartMetadata(text: string): Readonly<Record<string, unknown>> {
  const chart = parse(text, { schema: "failsafe", logLevel: "silent" }) as Record<string, unknown>;
  const { dependencies, deprecated } = chart;
  return {
    ...chart,
    ...(deprecated !== undefined && { deprecated: deprecated === "true" }),
    ...(Array.isArray(dependencies) && { dependencies: dependencies.map(withBoolean) }),
  };
}

function withBoolean(dependency: unknown): unknown {
  if (typeof dependency !== "object" || dependency === null || !("enabled" in dependency)) return dependency;
  return { ...dependency, enabled: dependency.enabled === "true" };
}
