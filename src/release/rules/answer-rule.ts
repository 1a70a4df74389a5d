import type { Config, Image, NewestRule, VersionRule } from "../../config/index.ts";
import { Failed, type Failure, failureOf, unreachable } from "../../failure/index.ts";
import type { Location, TagHistory } from "../../registries/index.ts";
import { chooseTags } from "../choose-tag.ts";
import type { ChosenFrom } from "../lock/index.ts";
import type { Sources } from "../sources.ts";
import { knownTags } from "./known-tags.ts";
import { readVersion } from "./read-version.ts";
import { tagAs, versionInTag } from "./version-in-tag.ts";

/** What a rule comes to, before the registry has said what stands there. */
export interface Answer {
  /** By tag, by digest, or by both. At least one, the newest first. */
  readonly chosen: readonly { readonly tag: string | undefined; readonly digest: string | undefined }[];
  /** `several` where the rule may choose more than one: each is an image of its own then. */
  readonly count: "one" | "several";
  readonly from: ChosenFrom | undefined;
}

/** Where rules look. */
export interface Outside {
  readonly config: Config;
  /** Opens the image's registry, for the rules that choose from its tags. */
  readonly locate: () => Promise<Location>;
  /** Opens what the image's registry tells of its tags beside the protocol; undefined where it tells nothing. */
  readonly history: () => Promise<TagHistory | undefined>;
  readonly sources: Sources;
  /** The tags of another image, once it is resolved. */
  readonly tagsOf: (image: string) => Promise<readonly string[]>;
  readonly signal: AbortSignal;
}

/** True for rules that read what they come to in sources or of other images, and ask no registry. */
export const isDerived = ({ kind }: VersionRule): boolean => kind === "read" || kind === "source" || kind === "same";

/**
 * Answers the rule of an image. Throws `Failed`: `release/no-version` with the nearest candidates, `release/no-file`,
 * and what sources and registries throw.
 */
export async function answerRule(image: Image, outside: Outside): Promise<Answer> {
  const rule = image.version;
  switch (rule.kind) {
    case "tag":
      return one(rule.tag);
    case "digest":
      return { chosen: [{ tag: rule.tag, digest: rule.digest }], count: "one", from: undefined };
    case "newest":
      return newest(image, rule, outside);
    case "read": {
      const folder =
        rule.source === undefined ? outside.config.folder : (await outside.sources.open(rule.source)).folder;
      return one(tagAs(rule.as, await readVersion(image, rule, folder)));
    }
    case "source":
      return one(tagAs(rule.as, await refOf(image, rule.source, outside)));
    case "same":
      return same(image, rule, outside);
    default:
      return unreachable(rule);
  }
}

const one = (tag: string): Answer => ({ chosen: [{ tag, digest: undefined }], count: "one", from: undefined });

/** What a rule says of how many images it makes. */
export function countOf(rule: VersionRule, config: Config): Answer["count"] {
  if (rule.kind === "newest") return rule.count > 1 ? "several" : "one";
  if (rule.kind !== "same") return "one";
  const other = config.images.get(rule.image);
  return other === undefined ? "one" : countOf(other.version, config);
}

async function newest(image: Image, rule: NewestRule, outside: Outside): Promise<Answer> {
  const tags = await knownTags(image, rule, outside);
  const { chosen, from } = await chooseTags(tags, rule, image);
  const plain = rule.source === undefined && rule.as === undefined;
  return {
    chosen: chosen.map(({ name, version }) =>
      plain ? { tag: name, digest: tags.told.get(name)?.digest } : { tag: tagAs(rule.as, version), digest: undefined },
    ),
    count: countOf(rule, outside.config),
    from,
  };
}

/** The version in the tag that a source is pinned at; the tag itself where its pin is no pattern. */
async function refOf(image: Image, name: string, { sources }: Outside): Promise<string> {
  const { ref } = await sources.open(name);
  if (ref !== undefined) return under(sources.patternOf(name), ref);
  throw new Failed({
    code: "release/no-version",
    class: "permanent",
    message: `${image.name}: the source ${name} is at no tag, which its version could be`,
    place: image.place,
    hint: "Pin the source by a tag (ref or version), or read the version in a file of it",
  });
}

function under(pattern: string, ref: string): string {
  const [prefix = "", suffix = ""] = pattern.split("*");
  return ref.slice(prefix.length, ref.length - suffix.length);
}

async function same(
  image: Image,
  rule: Extract<VersionRule, { readonly kind: "same" }>,
  { config, tagsOf }: Outside,
): Promise<Answer> {
  const other = config.images.get(rule.image);
  if (other === undefined) throw new Error(`no image ${rule.image}`);
  const tags = await tagsOf(rule.image).catch((thrown: unknown) => {
    throw dependent(image, rule.image, thrown);
  });
  if (tags.length === 0) throw noTag(image, rule.image);
  const made = tags.map((tag) => (rule.as === undefined ? tag : tagAs(rule.as, versionInTag(other.version, tag))));
  return {
    chosen: made.map((tag) => ({ tag, digest: undefined })),
    count: countOf(rule, config),
    from: undefined,
  };
}

/** The failure of an image whose version is another's, which has none: what is to be mended is there. */
export class Dependent extends Failed {
  /** The image that has failed by itself. */
  readonly other: string;

  constructor(failure: Failure, other: string) {
    super(failure);
    this.other = other;
  }
}

function dependent(image: Image, other: string, thrown: unknown): Dependent {
  const failure = failureOf(thrown);
  const said = {
    ...failure,
    message: `${image.name} is to have the version of ${other}, which has none: ${failure.message}`,
    place: image.place,
  };
  const hint = `Mend ${other}, or give ${image.name} a version of its own`;
  // What a frozen lock refuses, and what an interrupt ends, is that here too.
  const kept = failure.class === "usage" || failure.class === "cancelled";
  return new Dependent(
    kept ? said : { ...said, code: "release/no-version", class: "permanent", hint },
    thrown instanceof Dependent ? thrown.other : other,
  );
}

const noTag = (image: Image, other: string): Failed =>
  new Failed({
    code: "release/no-version",
    class: "permanent",
    message: `${image.name} is to have the version of ${other}, whose rule is a digest and gives no tag`,
    place: image.place,
    hint: `Give ${image.name} a version of its own`,
  });
