import type { StepContext } from "../engine/index.ts";
import type { Destination } from "../plan/index.ts";
import { prepareQuayRepository, waysOf } from "../registries/index.ts";
import type { Scope } from "./scope.ts";
import type { StepValue } from "./value.ts";

/** Sees to what has to be there before the first push: Quay would create a repository private, whatever was wanted. */
export async function prepare(
  destination: Destination,
  { stopping, report }: Pick<StepContext<StepValue>, "stopping" | "report">,
  scope: Scope,
): Promise<void> {
  const registry = scope.config.registries.get(destination.registry);
  if (registry?.type !== "quay" || registry.createRepository === undefined) return;
  const repository = waysOf(registry).pushedTo(destination);
  const visibility = registry.createRepository;
  const api = await scope.connections.api(registry.name);
  const { created, warning } = await prepareQuayRepository(api, repository, visibility, stopping);
  if (warning !== undefined) scope.warn(warning);
  if (created === "no") return;
  report({ type: "node-log", stream: "log", line: `created the ${visibility} repository ${repository}` });
}
