import { missingOf } from "../certification/certify/index.ts";
import type { NodeId, StepContext } from "../engine/index.ts";
import { Failed, unreachable } from "../failure/index.ts";
import { shortDigest } from "../oci/index.ts";
import { waysOf } from "../registries/index.ts";
import { candidateOf, notebookOf } from "./candidate.ts";
import { scanned } from "./scanned.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { PublishedImage, StepValue } from "./value.ts";

/**
 * Done only when every image of a target is published, or scanned and found good enough. The registry is asked by
 * digest, now: what a copy said earlier is not believed.
 */
export const gate: StepOf<"gate"> = async (step, context, scope) => {
  const images = imagesIn(context.values);
  const value = { kind: "gate", target: step.target } as const;
  const counted = `${images.length} ${images.length === 1 ? "image" : "images"}`;
  if (scope.mode === "plan") {
    return { kind: "done", value, effect: "none", summary: `would ask for ${counted} by digest`, bytes: 0 };
  }
  switch (step.state) {
    case "scanned":
      return scanned(step.target, images, context, scope);
    case "published": {
      const missing = await unpublished(images, context.stopping, scope);
      if (missing.length > 0) return { kind: "waiting", for: missing.join(", ") };
      return { kind: "done", value, effect: "none", summary: `${counted} published`, bytes: 0 };
    }
    default:
      return unreachable(step.state);
  }
};

/**
 * What images behind the gates before a node wait for, asked now: between a gate that opened and what is about to
 * happen there may have been hours. Undefined where all of them are still published.
 */
export async function askGatesAgain(
  id: NodeId,
  { stopping }: StepContext<StepValue>,
  scope: Scope,
): Promise<string | undefined> {
  const images = new Map<string, PublishedImage>();
  for (const name of new Set(needsOf(id, scope))) {
    const node = scope.graph.nodes.get(name);
    if (node?.step.kind !== "gate" || node.step.state !== "published") continue;
    const values = new Map(node.needs.flatMap((need) => entryOf(need, scope.values)));
    for (const image of imagesIn(values)) images.set(image.pinned, image);
  }
  const missing = await unpublished([...images.values()], stopping, scope);
  return missing.length === 0 ? undefined : missing.join(", ");
}

/** Everything before a node. */
function needsOf(id: NodeId, { graph }: Scope): Set<NodeId> {
  const found = new Set<NodeId>(graph.nodes.get(id)?.needs ?? []);
  for (const name of found) for (const need of graph.nodes.get(name)?.needs ?? []) found.add(need);
  return found;
}

const entryOf = (id: NodeId, values: ReadonlyMap<NodeId, StepValue>): [NodeId, StepValue][] => {
  const value = values.get(id);
  return value === undefined ? [] : [[id, value]];
};

/** Each image once, where both its copy and its certification gave it. */
function imagesIn(values: ReadonlyMap<NodeId, StepValue>): PublishedImage[] {
  const images = [...values.values()].filter((value) => value.kind === "published");
  return [...new Map(images.map((image) => [image.name, image])).values()];
}

async function unpublished(images: readonly PublishedImage[], signal: AbortSignal, scope: Scope): Promise<string[]> {
  const answers = await Promise.all(images.map((image) => waitsFor(image, signal, scope)));
  return answers.filter((answer) => answer !== undefined);
}

/** What the publication of one image waits for, or undefined where users can pull it. */
async function waitsFor(image: PublishedImage, signal: AbortSignal, scope: Scope): Promise<string | undefined> {
  const registry = scope.config.registries.get(image.destination.registry);
  if (registry === undefined) throw new Error(`no registry ${image.destination.registry}`);
  const { pushedTo, stateOf } = waysOf(registry);
  const client = await scope.connections.target(registry.name);
  const repository = pushedTo(image.destination);
  const head = await client.headManifest(repository, image.digest, signal);
  if (head === undefined) throw gone(image, client.name, repository);
  const what = await missingAt(image, signal, scope, stateOf);
  if (what === undefined) return undefined;
  const notebook = await notebookOf(image, scope);
  // Of a stage that is noted already, the time stays.
  if (["pushed", "published"].includes(notebook.read().stage)) await notebook.note({ stage: "publishing" });
  return `${what}, since ${notebook.read().since.slice(0, 16).replace("T", " ")} UTC`;
}

/** With a key, Red Hat's service tells of every architecture; without one, its public catalog. */
async function missingAt(
  image: PublishedImage,
  signal: AbortSignal,
  scope: Scope,
  stateOf: ReturnType<typeof waysOf>["stateOf"],
): Promise<string | undefined> {
  const pyxis = scope.connections.certification(image.destination.registry);
  if (pyxis !== undefined) {
    const { candidate } = await candidateOf(image, scope, signal);
    const missing = await missingOf(candidate, pyxis, signal);
    return missing.length === 0 ? undefined : `the publication of ${image.reference} (${missing.join(", ")})`;
  }
  const state = await stateOf?.(image.destination, image.digest, signal);
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
