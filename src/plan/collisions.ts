import type { Config } from "../config/index.ts";
import type { NodeId } from "../engine/index.ts";
import { type Failure, type Place, unreachable } from "../failure/index.ts";
import type { Step } from "./step.ts";

/** A failure for every pair of nodes that would write the same tag of the same registry. */
export function collisions(config: Config, nodes: Iterable<{ id: NodeId; step: Step }>): Failure[] {
  const taken = new Map<string, { id: NodeId; place: Place }>();
  const failures: Failure[] = [];
  for (const { id, step } of nodes) {
    if (step.kind !== "copy" && step.kind !== "bundle" && step.kind !== "catalog") continue;
    const { registry, path, component, tag } = step.destination;
    if (tag === undefined) continue;
    const place = placeOf(config, step);
    if (place === undefined) continue;
    const name = `${component ?? path}:${tag}`;
    const key = `${registry}\n${name}`;
    const other = taken.get(key);
    if (other === undefined) taken.set(key, { id, place });
    else failures.push(collision(id, place, other, `${registry}: ${name}`));
  }
  return failures;
}

function placeOf(
  config: Config,
  step: Extract<Step, { readonly kind: "copy" | "bundle" | "catalog" }>,
): Place | undefined {
  switch (step.kind) {
    case "copy":
      return entryPlace(config, step.target, step.image);
    case "bundle":
      return config.bundles.get(step.bundle)?.to.place;
    case "catalog":
      return config.catalogs.get(step.catalog)?.to.place;
    default:
      return unreachable(step);
  }
}

function entryPlace(config: Config, target: string, image: string): Place | undefined {
  return config.targets.get(target)?.entries.find((entry) => entry.image === image)?.place;
}

function collision(id: NodeId, place: Place, other: { id: NodeId; place: Place }, name: string): Failure {
  return {
    code: "config/collision",
    class: "usage",
    message: `${id} and ${other.id} would both be published as ${name}`,
    place,
    related: [{ message: `${other.id} is named here`, place: other.place }],
    hint: 'Give one of them a name of its own with "as", or keep the path: as: "${' + "path}:${" + 'tag}"',
  };
}
