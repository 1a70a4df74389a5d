import { setMaxListeners } from "node:events";
import { Failed, type Failure } from "../../failure/index.ts";
import type { ReferrerSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor, Manifest } from "../manifest.ts";
import { type Discovered, discover } from "./discover.ts";
import { leftByTrimming, unsigned } from "./failures.ts";
import { createLister } from "./lister.ts";
import { type Moved, moveReferrerBlobs, pushReferrers } from "./push.ts";
import { countReferrers, type ReferrerCounts } from "./referrer.ts";
import type { Place } from "./referrers-tag.ts";
import { createTurns } from "./shared.ts";
import { isSigned, type Subjects } from "./subjects.ts";

/** Which referrers of an image are copied, and how. */
export interface ReferrerRequest {
  readonly from: { readonly source: ReferrerSource; readonly repository: string };
  readonly to: Place;
  readonly subjects: Subjects;
  /** The index that the image was trimmed from, and to what. */
  readonly trimmedFrom: { readonly digest: Digest; readonly platforms: string } | undefined;
  readonly signatures: "copy" | "require";
  /** `target`: what is there already is not pushed again. */
  readonly besides: "nothing" | "target";
  /** A manifest of the source by digest. */
  readonly load: (digest: Digest) => Promise<Manifest>;
  /** Sees to it that the target has a blob; gives the bytes that were sent. */
  readonly move: (blob: Descriptor, trust: "memory" | "nothing", signal: AbortSignal) => Promise<number>;
  readonly dropped: AbortSignal;
  readonly killed: AbortSignal;
}

/** What became of an image's referrers. */
export interface ReferrersCopied {
  readonly counts: ReferrerCounts;
  readonly bytes: number;
  /** What stays behind, and why. */
  readonly warnings: readonly Failure[];
}

/** The referrers of one image on their way. All of it throws what may pass, and under `require` what will not. */
export interface ReferrersOnTheirWay {
  /** Settles when it is known what there is: early enough for an unsigned image not to be moved. */
  readonly found: Promise<unknown>;
  /** Sees to it that their blobs are at the target; says whether there is anything to push. */
  readonly ready: (trust: "memory" | "nothing") => Promise<"some" | "none">;
  /** Pushes them, after the image's manifests and before its tag. */
  readonly push: () => Promise<ReferrersCopied>;
  readonly drop: () => void;
}

/** Copies what refers to images; one for a whole run, as it remembers what registries can and list. */
export interface ReferrerCopier {
  readonly start: (request: ReferrerRequest) => ReferrersOnTheirWay;
  /** Counts what `start` would bring. */
  readonly survey: (request: ReferrerRequest) => Promise<Pick<ReferrersCopied, "counts" | "warnings">>;
  /** Asks the target whether an image there is signed. */
  readonly isSignedAt: (
    to: Place,
    subjects: Pick<Subjects, "root" | "platforms">,
    signal: AbortSignal,
  ) => Promise<boolean>;
}

export function createReferrerCopier(): ReferrerCopier {
  const listSource = createLister();
  const listTarget = createLister();
  const turns = createTurns();

  const atTarget = ({ registry, repository }: Place, subjects: readonly Digest[], signal: AbortSignal) =>
    discover(subjects, {
      source: registry,
      repository,
      list: listTarget,
      load: (digest) => registry.getManifest(repository, digest, signal),
      signal,
    });

  /** What is to be copied; throws where that is less than what is required. */
  const find = async (request: ReferrerRequest, signal: AbortSignal): Promise<Discovered> => {
    const { from, to, subjects, trimmedFrom, load } = request;
    const around = { ...from, list: listSource, load, signal };
    const [found, ofTrimmed] = await Promise.all([
      discover(subjects.all, around),
      trimmedFrom === undefined ? [] : listSource(from.source, from.repository, trimmedFrom.digest, signal),
    ]);
    const place = `${from.source.name}/${from.repository}@${trimmedFrom?.digest ?? subjects.root}`;
    if (request.signatures === "require") {
      refuseIncomplete(found.problems, place);
      if (!isSigned(subjects, found.referrers)) throw unsigned(place, trimmedFrom === undefined ? "whole" : "trimmed");
    }
    const trimmed =
      trimmedFrom === undefined || ofTrimmed.length === 0
        ? []
        : [leftByTrimming(ofTrimmed.length, place, trimmedFrom.platforms)];
    const problems = [...found.problems, ...trimmed];
    if (request.besides === "nothing" || found.referrers.length === 0) return { ...found, problems };
    const there = (await atTarget(to, subjects.all, signal)).referrers.map(keyOf);
    return { referrers: found.referrers.filter((one) => !there.includes(keyOf(one))), problems };
  };

  return {
    isSignedAt: async (to, subjects, signal) => {
      const { referrers } = await atTarget(to, [subjects.root, ...subjects.platforms], signal);
      return isSigned(subjects, referrers);
    },

    survey: async (request) => {
      const { referrers, problems } = await find(request, request.dropped);
      return { counts: countReferrers(referrers), warnings: problems };
    },

    start: (request) => {
      const { to, killed } = request;
      const dropping = new AbortController();
      const signal = AbortSignal.any([request.dropped, dropping.signal]);
      // Each blob that waits for its place listens.
      setMaxListeners(0, signal);
      const found = find(request, signal);
      const move = async (trust: "memory" | "nothing"): Promise<Moved> => {
        const { referrers } = await found;
        // What a registry has lost while manifests are pushed is sent again also after an interrupt.
        const until = trust === "memory" ? signal : killed;
        const moved = await moveReferrerBlobs(referrers, to, (blob) => request.move(blob, trust, until));
        if (request.signatures === "require") refuseIncomplete(moved.problems, placeOf(to));
        return moved;
      };
      let moving = move("memory");
      // Whoever needs it awaits it later, and is told then.
      for (const pending of [found, moving]) pending.catch(() => {});
      return {
        found,
        drop: () => dropping.abort(),
        ready: async (trust) => {
          if (trust === "nothing") moving = move(trust);
          return (await moving).moved.length > 0 ? "some" : "none";
        },
        push: async () => {
          const { moved, bytes, problems } = await moving;
          const pushed = await pushReferrers(moved, to, { turns, signal: killed });
          if (request.signatures === "require") refuseIncomplete(pushed.problems, placeOf(to));
          return {
            counts: pushed.counts,
            bytes: bytes + pushed.bytes,
            warnings: [...(await found).problems, ...problems, ...pushed.problems],
          };
        },
      };
    },
  };
}

const keyOf = ({ subject, tree, tag }: Discovered["referrers"][number]): string =>
  `${subject} ${tree.root.digest} ${tag ?? ""}`;

const placeOf = ({ registry, repository }: Place): string => `${registry.name}/${repository}`;

/** Where signatures are required, none may stay behind. */
function refuseIncomplete(problems: readonly Failure[], place: string): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new Failed({
    code: "transfer/signatures-incomplete",
    class: "permanent",
    message: `Not all that refers to ${place} can be copied, and signatures are required`,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    detail: problems.flatMap(({ message, detail = [] }) => [message, ...detail.map((line) => `  ${line}`)]),
  });
}
