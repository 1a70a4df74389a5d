import type { Image, NewestRule } from "../../config/index.ts";
import { Failed, type Failure } from "../../failure/index.ts";
import type { ToldTag } from "../../registries/index.ts";
import type { KnownTags } from "../choose-tag.ts";
import type { Outside } from "./answer-rule.ts";

/**
 * The tags that a rule chooses from: the registry's, the git tags of a source, or, where the rule is about when they
 * were pushed, what the registry's own interface tells. Throws `Failed`: `release/no-push-times`, and what sources and
 * registries throw.
 */
export async function knownTags(
  image: Image,
  rule: NewestRule,
  { locate, history, sources, signal }: Pick<Outside, "locate" | "history" | "sources" | "signal">,
): Promise<KnownTags> {
  if (rule.source !== undefined) {
    return { names: await sources.tags(rule.source), told: new Map(), where: `the source ${rule.source}` };
  }
  const { registry, repository } = await locate();
  const where = `${registry.name}/${repository}`;
  if (rule.by === "version") return { names: await registry.listTags(repository, signal), told: new Map(), where };
  const told = await (await history())?.tags(signal).catch((thrown: unknown) => {
    throw untold(thrown, image);
  });
  if (told === undefined) throw noHistory(image, where);
  return asKnown(told, where);
}

/**
 * The same, with all that the registry tells of tags although the rule could do without; where it does not tell,
 * their names alone, and why as `silent`.
 */
export async function toldTags(
  image: Image,
  rule: NewestRule,
  outside: Pick<Outside, "locate" | "history" | "sources" | "signal">,
): Promise<KnownTags & { readonly silent: Failure | undefined }> {
  const history = rule.source === undefined ? await outside.history() : undefined;
  if (history === undefined || rule.by === "push")
    return { ...(await knownTags(image, rule, outside)), silent: undefined };
  const { registry, repository } = await outside.locate();
  try {
    return { ...asKnown(await history.tags(outside.signal), `${registry.name}/${repository}`), silent: undefined };
  } catch (thrown) {
    if (outside.signal.aborted || !(thrown instanceof Failed)) throw thrown;
    return { ...(await knownTags(image, rule, outside)), silent: thrown.failure };
  }
}

const asKnown = (told: readonly ToldTag[], where: string): KnownTags => ({
  names: told.map(({ name }) => name),
  told: new Map(told.map((tag) => [tag.name, tag])),
  where,
});

/** The failure with the image that is in need of what nobody told, and with what is needed. */
function untold(thrown: unknown, image: Image): unknown {
  if (!(thrown instanceof Failed) || thrown.failure.class === "cancelled") return thrown;
  const { failure } = thrown;
  const message = `${image.name}: ${failure.message}, and its rule chooses by when tags were pushed`;
  const hint = failure.code === "registry/unreachable" ? UNREACHABLE : failure.hint;
  return new Failed(
    { ...failure, message, place: image.place, ...(hint === undefined ? {} : { hint }) },
    { cause: thrown },
  );
}

const UNREACHABLE =
  "It is told by the registry's own interface, at the registry or at the api of its upstream: let it be reached from here, or order by versions or an expression";

const noHistory = (image: Image, where: string): Failed =>
  new Failed({
    code: "release/no-push-times",
    class: "permanent",
    message: `${image.name}: nobody tells when the tags of ${where} were pushed, and its rule chooses by that`,
    place: image.place,
    hint: "Docker Hub, Quay and Harbor tell it: where it is one of them, say so as type under upstreams or registries; else order by versions or an expression",
  });
