import type { Failed, Failure } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor, ImageManifest, Manifest } from "../manifest.ts";
import type { PutAnswer } from "../registry-client.ts";
import { isLeftBehind, otherSignatures, refused } from "./failures.ts";
import { countReferrers, type Referrer, type ReferrerCounts, type ReferrerEntry } from "./referrer.ts";
import { listAtTag, type Place } from "./referrers-tag.ts";

export interface PushTools {
  /** Lets one after the other change the list of one subject. */
  readonly turns: <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;
  readonly signal: AbortSignal;
}

/** What became of referrers at their target. */
export interface Pushed {
  readonly counts: ReferrerCounts;
  readonly bytes: number;
  /** One for each that stays behind. */
  readonly problems: readonly Failure[];
}

/** Brings the blobs of referrers to a target by `move`, which gives the bytes it sent. What fails for good stays behind. */
export async function moveReferrerBlobs(
  referrers: readonly Referrer[],
  to: Place,
  move: (blob: Descriptor) => Promise<number>,
): Promise<Moved> {
  const left = new Map<Referrer, Failed>();
  const sizes = await Promise.all(
    referrers.map(async (referrer) => {
      try {
        const moved = await Promise.all(referrer.tree.blobs.map(move));
        return moved.reduce((sum, bytes) => sum + bytes, 0);
      } catch (error) {
        if (!isLeftBehind(error)) throw error;
        left.set(referrer, error);
        return 0;
      }
    }),
  );
  const place = placeOf(to);
  return {
    moved: referrers.filter((referrer) => !left.has(referrer)),
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    problems: [...left].map(([referrer, failed]) => refused(referrer, place, failed)),
  };
}

export interface Moved {
  readonly moved: readonly Referrer[];
  readonly bytes: number;
  readonly problems: readonly Failure[];
}

/**
 * Pushes the manifests of referrers, whose subjects are there: byte for byte, under their tag where they have one.
 * Where the registry does not say that it lists them, they are listed at the subject's tag.
 */
export async function pushReferrers(referrers: readonly Referrer[], to: Place, tools: PushTools): Promise<Pushed> {
  const problems: Failure[] = [];
  const left = new Set<Digest>();
  const there: Referrer[] = [];
  let bytes = 0;
  for (const level of levelsOf(referrers)) {
    const unlisted = new Map<Digest, { readonly referrer: Referrer; readonly entry: ReferrerEntry }[]>();
    const pushOne = async (referrer: Referrer): Promise<void> => {
      const { tree, entry, subject } = referrer;
      if (left.has(subject)) return void left.add(tree.root.digest);
      const answer = await pushTree(referrer, to, tools.signal);
      bytes += answer.bytes;
      there.push(referrer);
      if (answer.listed === "listed" || entry === undefined) return;
      unlisted.set(subject, [...(unlisted.get(subject) ?? []), { referrer, entry }]);
    };
    const leave = (referrer: Referrer, error: unknown): void => {
      if (!isLeftBehind(error)) throw error;
      left.add(referrer.tree.root.digest);
      problems.push(refused(referrer, placeOf(to), error));
    };
    await Promise.all(level.map((one) => pushOne(one).catch((error: unknown) => leave(one, error))));
    await Promise.all(
      [...unlisted].map(([subject, group]) =>
        tools
          .turns(`${placeOf(to)}@${subject}`, () =>
            listAtTag(
              to,
              subject,
              group.map(({ entry }) => entry),
              tools.signal,
            ),
          )
          .catch((error: unknown) => {
            for (const { referrer } of group) leave(referrer, error);
          }),
      ),
    );
  }
  const arrived = there.filter(({ tree }) => !left.has(tree.root.digest));
  return { counts: countReferrers(arrived), bytes, problems };
}

/** Children, then the referrer itself. */
async function pushTree(referrer: Referrer, to: Place, signal: AbortSignal): Promise<Answered> {
  const { tree, tag } = referrer;
  let bytes = 0;
  const push = (manifest: Manifest, reference: string): Promise<PutAnswer> => {
    bytes += manifest.bytes.length;
    return to.registry.putManifest(to.repository, reference, manifest, signal);
  };
  switch (await stateOfTag(referrer, to, signal)) {
    case "ours":
      return { bytes, listed: "unsaid" };
    case "more":
      return { bytes, listed: "listed" };
    case "push": {
      for (const level of tree.levels) await Promise.all(level.map((child) => push(child, child.digest)));
      const { subject } = await push(tree.root, tag ?? tree.root.digest);
      return { bytes, listed: subject };
    }
  }
}

interface Answered {
  readonly bytes: number;
  readonly listed: PutAnswer["subject"];
}

/**
 * A tag of cosign gains a layer with each signature. One that holds all of ours and more is left as it is, one that
 * holds some is replaced; one that holds others is somebody else's.
 */
async function stateOfTag(referrer: Referrer, to: Place, signal: AbortSignal): Promise<"push" | "ours" | "more"> {
  const { tag, tree } = referrer;
  const { registry, repository } = to;
  if (tag === undefined) return "push";
  const head = await registry.headManifest(repository, tag, signal, "push");
  if (head === undefined) return "push";
  if (head.digest === tree.root.digest) return "ours";
  const theirs = (await registry.readTag(repository, tag, signal))?.manifest;
  if (theirs?.kind === "image" && tree.root.kind === "image") {
    if (isWithin(tree.root, theirs)) return "more";
    if (isWithin(theirs, tree.root)) return "push";
  }
  throw otherSignatures(referrer, placeOf(to));
}

function isWithin(part: ImageManifest, whole: ImageManifest): boolean {
  const layers = new Set(whole.layers.map(({ digest }) => digest));
  return part.layers.every(({ digest }) => layers.has(digest));
}

/** Those whose subjects are not referrers themselves come first. */
function levelsOf(referrers: readonly Referrer[]): Referrer[][] {
  const depths = new Map<Digest, number>();
  const levels: Referrer[][] = [];
  // A subject comes before what refers to it, so its depth is known.
  for (const referrer of referrers) {
    const depth = (depths.get(referrer.subject) ?? -1) + 1;
    const { digest } = referrer.tree.root;
    if (!depths.has(digest)) depths.set(digest, depth);
    const level = levels[depth] ?? [];
    level.push(referrer);
    levels[depth] = level;
  }
  return levels;
}

const placeOf = ({ registry, repository }: Place): string => `${registry.name}/${repository}`;
