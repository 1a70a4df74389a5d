import type { Config, Target } from "../config/index.ts";
import { type Failure, failureOf } from "../failure/index.ts";
import { type Digest, isIndexType, isSigned, type RegistryClient } from "../oci/index.ts";
import type { Destination } from "../plan/index.ts";
import { type PublicationState, stateAtRedHat, waysOf } from "../registries/index.ts";
import type { Pin } from "../release/index.ts";
import { type Facts, judge, unknown } from "./judge.ts";
import type { Cell, Upstream } from "./status.ts";
import { isTrimmedFrom, type Parts } from "./trimmed.ts";
import type { Outside } from "./wanted.ts";

/** What should stand at a target: a pin has it. */
type Wanted = Pick<Pin, "digest" | "mediaType">;

/** An image at a target, as the release has it. */
export interface Question {
  readonly target: Target;
  readonly destination: Destination;
  /** Undefined for what is built here, of which no digest is known. */
  readonly pin:
    | { readonly kind: "pinned"; readonly pin: Wanted }
    | { readonly kind: "unpinned"; readonly failure: Failure }
    | undefined;
  readonly upstream: Promise<Upstream>;
  readonly requires: "signature" | "nothing";
  /** Bundles go through a certification of their own, of which only the catalog tells. */
  readonly kind: "image" | "chart" | "bundle";
  /** The platforms of the image, asked for where they matter. */
  readonly parts: () => Promise<Parts>;
}

/**
 * Asks a target how an image stands there: one HEAD by its tag, and more only where that is not enough. What cannot be
 * told is a cell too. Rejects only where it was interrupted.
 */
export async function askTarget(config: Config, question: Question, outside: Outside): Promise<Cell> {
  const { pin } = question;
  if (pin?.kind === "unpinned") return unknown(pin.failure);
  try {
    return judge(await factsOf(config, question, pin?.pin, outside));
  } catch (thrown) {
    if (outside.signal.aborted) throw thrown;
    return unknown(failureOf(thrown));
  }
}

async function factsOf(config: Config, question: Question, pin: Wanted | undefined, outside: Outside): Promise<Facts> {
  const { connections, signal } = outside;
  const { target, destination, requires } = question;
  const registry = config.registries.get(destination.registry);
  if (registry === undefined) throw new Error(`no registry ${destination.registry}`);
  const { pushedTo } = waysOf(registry);
  const client = await connections.target(registry.name);
  const repository = pushedTo(destination);
  const present = await presentAt(client, repository, question, pin, signal);
  const facts = { present, wanted: pin?.digest, upstream: await question.upstream, tags: target.tags };
  if (present.kind === "nothing" || present.kind === "other")
    return { ...facts, signed: undefined, publication: undefined };
  const [signed, publication] = await Promise.all([
    requires === "signature" ? isSigned(client, repository, present.digest, signal) : undefined,
    publicationOf(config, question, present.digest, outside),
  ]);
  return { ...facts, signed, publication };
}

/** Undefined where pushed is published. */
async function publicationOf(
  { registries }: Config,
  { destination, kind }: Question,
  digest: Digest,
  { connections, signal }: Outside,
): Promise<PublicationState | undefined> {
  const registry = registries.get(destination.registry);
  if (registry === undefined) return undefined;
  return registry.type === "rhcr" && kind === "image"
    ? stateAtRedHat({ registry, publication: destination, digest }, connections, signal)
    : waysOf(registry).stateOf?.(destination, digest, signal);
}

async function presentAt(
  client: RegistryClient,
  repository: string,
  { target, destination, parts }: Question,
  pin: Wanted | undefined,
  signal: AbortSignal,
): Promise<Facts["present"]> {
  const head = await client.headManifest(repository, destination.tag ?? pin?.digest ?? "latest", signal);
  if (head === undefined) return { kind: "nothing" };
  const { digest } = head;
  if (pin === undefined) return { kind: "built", digest };
  if (digest === pin.digest) return { kind: "same", digest };
  if (target.platforms === undefined || !isIndexType(pin.mediaType)) return { kind: "other", digest };
  const found = await client.getManifest(repository, digest, signal);
  return { kind: isTrimmedFrom(found, await parts(), target.platforms) ? "same" : "other", digest };
}
