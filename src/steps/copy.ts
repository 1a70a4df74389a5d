import { asNodeId } from "../engine/index.ts";
import { publish, type ToPublish } from "./publish.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { StepValues } from "./value.ts";

/** Copies a pinned or built image to its place at a target. */
export const copy: StepOf<"copy"> = async (step, context, scope) => {
  const from = await sourceOf(step.image, context.values, scope);
  return publish({ name: step.image, target: step.target, destination: step.destination, ...from }, context, scope);
};

/** Where an image is read. */
export async function sourceOf(
  image: string,
  values: StepValues,
  { connections, config }: Scope,
): Promise<Pick<ToPublish, "from" | "platforms">> {
  const built = values.get(asNodeId(`build:${image}`));
  if (built?.kind === "built") {
    return { from: { source: built.source, repository: image, digest: built.digest }, platforms: built.platforms };
  }
  const pinned = values.get(asNodeId(`pin:${image}`));
  const origin = config.images.get(image)?.origin;
  if (pinned?.kind !== "pin" || origin?.kind !== "upstream") throw new Error(`copy of ${image} without its pin`);
  const { registry, repository } = await connections.source(origin.host, origin.repository);
  return { from: { source: registry, repository, digest: pinned.pin.digest }, platforms: [] };
}
