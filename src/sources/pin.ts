import { didYouMean, Failed, unreachable } from "../failure/index.ts";
import { type Choice, type ChoiceRule, chooseVersion, nearestRejected } from "../versions/index.ts";
import { checkRefName, type Ref, shortName } from "./refs.ts";

/** Which commit of a repository is wanted. */
export type SourcePin =
  /** A tag, or else a branch, of that name, or a name from `refs/` on, or `HEAD`, or a whole commit id. */
  | { readonly kind: "ref"; readonly ref: string }
  | { readonly kind: "branch"; readonly name: string }
  /** The newest tag that fits: `tags` is the pattern of the names, such as `mlrun-ce-*`. */
  | ({ readonly kind: "version"; readonly tags: string } & Omit<ChoiceRule, "pattern">)
  | { readonly kind: "commit"; readonly sha: string };

/** What a pin leads to. */
export interface Found {
  readonly commit: string;
  /** Undefined where the pin is a commit. */
  readonly ref: Ref | undefined;
  /** How the tag was chosen, where there was a choice. */
  readonly choice: Choice | undefined;
}

/** The name that has to be asked for by itself, since it is neither a tag nor a branch. */
export function unusualName(pin: SourcePin): string | undefined {
  if (pin.kind !== "ref") return undefined;
  const name = pin.ref;
  return name === "HEAD" || (name.startsWith("refs/") && !/^refs\/(?:tags|heads)\//.test(name)) ? name : undefined;
}

/**
 * Finds what a pin leads to; the refs of the repository are asked for where they are needed. Throws `Failed`
 * (`git/bad-commit`, `git/unknown-ref`, `git/no-version`), with the nearest there are.
 */
export async function findPin(pin: SourcePin, refs: () => Promise<readonly Ref[]>, url: string): Promise<Found> {
  switch (pin.kind) {
    case "commit":
      return atCommit(checkCommit(pin.sha));
    case "ref": {
      if (isCommit(pin.ref)) return atCommit(pin.ref);
      const name = checkRefName(pin.ref);
      return atRef(findRef(await refs(), name, ["", "refs/tags/", "refs/heads/"], url));
    }
    case "branch": {
      const name = checkRefName(pin.name);
      return atRef(findRef(await refs(), name, ["refs/heads/"], url));
    }
    case "version":
      return findVersion(pin, await refs(), url);
    default:
      return unreachable(pin);
  }
}

const atCommit = (commit: string): Found => ({ commit, ref: undefined, choice: undefined });

const atRef = (ref: Ref): Found => ({ commit: ref.commit, ref, choice: undefined });

function findRef(refs: readonly Ref[], name: string, prefixes: readonly string[], url: string): Ref {
  const byName = new Map(refs.map((ref) => [ref.name, ref]));
  for (const prefix of prefixes) {
    const ref = byName.get(prefix + name);
    if (ref !== undefined) return ref;
  }
  const what = prefixes.length === 1 ? "branch" : "tag or branch";
  const known = refs
    .filter((ref) => prefixes.some((prefix) => ref.name.startsWith(prefix || "refs/")))
    .map((ref) => shortName(ref.name));
  const hint = didYouMean(name, known);
  throw new Failed({
    code: "git/unknown-ref",
    class: "permanent",
    message: `${url} has no ${what} "${name}"`,
    ...(hint === undefined ? {} : { hint }),
  });
}

async function findVersion(
  pin: Extract<SourcePin, { kind: "version" }>,
  refs: readonly Ref[],
  url: string,
): Promise<Found> {
  const tags = new Map(
    refs.filter(({ name }) => name.startsWith("refs/tags/")).map((ref) => [shortName(ref.name), ref]),
  );
  const choice = await chooseVersion(tags.keys(), { ...pin, pattern: pin.tags });
  const ref = choice.chosen === undefined ? undefined : tags.get(choice.chosen.name);
  if (ref !== undefined) return { commit: ref.commit, ref, choice };
  const range = pin.range === undefined ? "" : ` in the range ${pin.range}`;
  throw new Failed({
    code: "git/no-version",
    class: "permanent",
    message: `None of the ${tags.size} tags of ${url} is a version ${pin.tags}${range}`,
    hint:
      tags.size === 0
        ? "Check the URL, or pin a branch or a commit"
        : "Correct the pattern, the range or the policy on prereleases; the nearest tags are shown",
    detail: nearestRejected(choice),
  });
}

const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

function checkCommit(text: string): string {
  if (isCommit(text)) return text;
  throw new Failed({
    code: "git/bad-commit",
    class: "usage",
    message: `"${text}" does not name a commit`,
    hint: "Write all 40 digits of it: a shorter form may come to mean another commit",
  });
}
