import { Failed } from "../failure/index.ts";
import { shortDigest } from "../oci/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

/**
 * Done only when every image of a target is published. The registry is asked by digest, now: what a copy said earlier
 * is not believed.
 */
export const gate: StepOf<"gate"> = async (step, context, scope) => {
  const images = [...context.values.values()].filter((value) => value.kind === "published");
  const value = { kind: "gate", target: step.target } as const;
  const counted = `${images.length} ${images.length === 1 ? "image" : "images"}`;
  if (scope.mode === "plan") {
    return { kind: "done", value, effect: "none", summary: `would ask for ${counted} by digest`, bytes: 0 };
  }
  const missing = (await Promise.all(images.map((image) => waitsFor(image, context.stopping, scope)))).filter(
    (answer) => answer !== undefined,
  );
  if (missing.length > 0) return { kind: "waiting", for: missing.join(", ") };
  return { kind: "done", value, effect: "none", summary: `${counted} published`, bytes: 0 };
};

/** What the publication of one image waits for, or undefined where users can pull it. */
async function waitsFor(image: PublishedImage, signal: AbortSignal, scope: Scope): Promise<string | undefined> {
  const registry = scope.config.registries.get(image.destination.registry);
  if (registry === undefined) throw new Error(`no registry ${image.destination.registry}`);
  const { pushedTo, stateOf } = waysOf(registry);
  const client = await scope.connections.target(registry.name);
  const repository = pushedTo(image.destination);
  const head = await client.headManifest(repository, image.digest, signal);
  if (head === undefined) throw gone(image, client.name, repository);
  const state = stateOf === undefined ? undefined : await stateOf(image.destination, image.digest, signal);
  return state?.kind === "unpublished" ? state.waitsFor : undefined;
}

function gone(image: PublishedImage, host: string, repository: string): Failed {
  return new Failed({
    code: "gate/not-there",
    class: "permanent",
    message: `${image.name} was pushed, but ${host} has no ${repository}@${shortDigest(image.digest)}`,
    hint: "Run again; if it stays so, look for a retention rule or a clean-up at the registry",
  });
}
