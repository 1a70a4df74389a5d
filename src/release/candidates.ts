import type { Image, NewestRule } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import type { Digest } from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import { choiceOf } from "./choose-tag.ts";
import { toldTags } from "./rules/known-tags.ts";
import { ruleText } from "./rules/rule-text.ts";
import type { Sources } from "./sources.ts";

/** A tag that an image may be at. */
export interface CandidateTag {
  readonly name: string;
  /** When it was last pushed, in milliseconds since the epoch, where its registry tells. */
  readonly pushed: number | undefined;
  readonly digest: Digest | undefined;
  readonly fate: "chosen" | "fits" | "unfit";
  /** Why it does not fit: a verb and what belongs to it. */
  readonly why: string | undefined;
}

/** The tags of an image's repository, as its version rule sees them. */
export interface Candidates {
  readonly image: string;
  /** Whose tags they are. */
  readonly where: string;
  /** The rule as a sentence. */
  readonly rule: string;
  /** What the rule would choose, then what else fits, the newest first; then the rest. */
  readonly tags: readonly CandidateTag[];
  /** Why the registry does not tell when tags were pushed, where it could have. */
  readonly silent: Failure | undefined;
}

export interface CandidatesOptions {
  readonly connections: Pick<Connections, "source" | "tagHistory">;
  readonly sources: Sources;
  readonly signal: AbortSignal;
}

/** Where nothing is chosen, every tag stands in the order of its version. */
const ALL: NewestRule = {
  kind: "newest",
  source: undefined,
  tags: "*",
  range: undefined,
  prereleases: "include",
  exclude: [],
  order: undefined,
  by: "version",
  count: 0,
  as: undefined,
};

/** Lists the tags that an image's rule chooses from. Throws `Failed`: what registries and sources throw. */
export async function candidatesOf(
  image: Image,
  { connections, sources, signal }: CandidatesOptions,
): Promise<Candidates> {
  const { origin, version } = image;
  if (origin.kind === "build") throw new Error(`${image.name} is built, and has no tags to choose from`);
  const rule = version.kind === "newest" ? version : ALL;
  const known = await toldTags(image, rule, {
    locate: () => connections.source(origin.host, origin.repository),
    history: () => connections.tagHistory(origin.host, origin.repository),
    sources,
    signal,
  });
  const { considered, rejected } = await choiceOf(known, rule);
  const declared = version.kind === "tag" || version.kind === "digest" ? version.tag : undefined;
  const told = (name: string) => ({ pushed: known.told.get(name)?.pushed, digest: known.told.get(name)?.digest });
  const tags = [
    ...considered.map(({ name }, at) => ({
      name,
      ...told(name),
      fate: at < rule.count || name === declared ? ("chosen" as const) : ("fits" as const),
      why: undefined,
    })),
    ...rejected.map(({ name, why }) => ({
      name,
      ...told(name),
      fate: name === declared ? ("chosen" as const) : ("unfit" as const),
      why: name === declared ? undefined : why,
    })),
  ];
  return { image: image.name, where: known.where, rule: ruleText(version), tags, silent: known.silent };
}
