import type { Failure } from "../../failure/index.ts";
import type { ReferrerSource } from "../content.ts";
import { type Digest, shortDigest } from "../digest.ts";
import type { Manifest } from "../manifest.ts";
import { loadTree } from "../transfer/tree.ts";
import { isLeftBehind, notAReferrer, unreadable } from "./failures.ts";
import type { Candidate, ListCandidates } from "./lister.ts";
import { asReferrer, type Referrer } from "./referrer.ts";

/** What refers to an image: subjects come before what refers to them. */
export interface Discovered {
  readonly referrers: readonly Referrer[];
  /** What is listed and cannot be had. */
  readonly problems: readonly Failure[];
}

export interface Surroundings {
  readonly source: ReferrerSource;
  readonly repository: string;
  readonly list: ListCandidates;
  /** A manifest of the source by digest. */
  readonly load: (digest: Digest) => Promise<Manifest>;
  readonly signal: AbortSignal;
}

/** Signatures of signatures of SBOMs are about as deep as it gets. */
const DEEPEST = 5;

/** Finds what refers to any of some manifests, and what refers to that in turn. Each manifest is looked at once. */
export async function discover(
  subjects: readonly Digest[],
  around: Surroundings,
  deepest = DEEPEST,
): Promise<Discovered> {
  const seen = new Set<Digest>(subjects);
  const referrers: Referrer[] = [];
  const problems: Failure[] = [];
  let current = [...subjects];
  for (let depth = 1; current.length > 0 && depth <= deepest; depth++) {
    const found = await Promise.all(current.map((subject) => referrersOf(subject, around, problems)));
    const fresh: Digest[] = [];
    for (const referrer of found.flat()) {
      const { digest } = referrer.tree.root;
      // One manifest may refer to several, by a tag for each; but nothing of the image itself refers to it.
      if (subjects.includes(digest)) continue;
      referrers.push(referrer);
      if (!seen.has(digest)) fresh.push(digest);
      seen.add(digest);
    }
    current = fresh;
  }
  return { referrers, problems };
}

async function referrersOf(subject: Digest, around: Surroundings, problems: Failure[]): Promise<Referrer[]> {
  const { source, repository, list, signal } = around;
  const place = `${source.name}/${repository}`;
  const orLeft = async <Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!isLeftBehind(error)) throw error;
      problems.push(unreadable(what, subject, place, error));
      return undefined;
    }
  };
  const candidates = (await orLeft("the list", () => list(source, repository, subject, signal))) ?? [];
  const found = await Promise.all(
    candidates.map((candidate) => orLeft(labelOf(candidate), () => read(candidate, subject, around))),
  );
  const whole = found.filter((referrer) => referrer !== undefined);
  for (const { tag, entry, tree } of whole) {
    if (tag === undefined && entry === undefined) problems.push(notAReferrer(tree.root.digest, subject, place));
  }
  return joined(whole.filter(({ tag, entry }) => tag !== undefined || entry !== undefined));
}

async function read(candidate: Candidate, subject: Digest, around: Surroundings): Promise<Referrer> {
  const { source, repository, load, signal } = around;
  switch (candidate.kind) {
    case "listed":
      return asReferrer(await loadTree(await load(candidate.digest), load), subject, undefined);
    case "tagged": {
      const root = await source.getManifest(repository, candidate.tag, signal);
      return asReferrer(await loadTree(root, load), subject, candidate.tag);
    }
  }
}

const labelOf = (candidate: Candidate): string =>
  candidate.kind === "listed" ? shortDigest(candidate.digest) : candidate.tag;

/** One that is both listed and tagged is one. */
function joined(referrers: readonly Referrer[]): Referrer[] {
  const byDigest = new Map<string, Referrer>();
  for (const referrer of referrers) {
    const { digest } = referrer.tree.root;
    const before = byDigest.get(digest);
    if (before === undefined || (before.tag === undefined && referrer.tag !== undefined))
      byDigest.set(digest, referrer);
    // Two tags at one manifest are two names to be kept.
    else if (referrer.tag !== undefined) byDigest.set(`${digest} ${referrer.tag}`, referrer);
  }
  return [...byDigest.values()];
}
