import { Failed, type Failure } from "../../failure/index.ts";
import { type Digest, shortDigest } from "../digest.ts";
import type { Referrer, ReferrerKind } from "./referrer.ts";

/** True for what will fail again: such a referrer is left behind, and said. What may pass is worth another try. */
export function isLeftBehind(error: unknown): error is Failed {
  return error instanceof Failed && (error.failure.class === "permanent" || error.failure.class === "conflict");
}

const NAMES: Readonly<Record<ReferrerKind, string>> = {
  signature: "signature",
  sbom: "SBOM",
  attestation: "attestation",
  artifact: "artifact",
};

/** A referrer as messages call it: `the signature sha256:0123456789ab of sha256:ba9876543210`. */
export function nameOf({ kind, tree, subject, tag }: Referrer): string {
  return `the ${NAMES[kind]} ${tag ?? shortDigest(tree.root.digest)} of ${shortDigest(subject)}`;
}

/** A referrer that the target does not take. */
export function refused(referrer: Referrer, place: string, { failure }: Failed): Failure {
  return {
    code: "transfer/referrer-refused",
    class: "permanent",
    message: `${place} does not take ${nameOf(referrer)}, which stays behind`,
    hint: "Allow such artifacts at the registry, or set signatures to ignore for this target",
    detail: [failure.message, ...(failure.detail ?? [])],
  };
}

/** A referrer that its own registry lists and does not give. */
export function unreadable(what: string, subject: Digest, place: string, { failure }: Failed): Failure {
  return {
    code: "transfer/referrer-unreadable",
    class: "permanent",
    message: `What ${place} lists as referring to ${shortDigest(subject)} cannot be read and stays behind: ${what}`,
    hint: "Look whether it was deleted there without its entry in the list",
    detail: [failure.message, ...(failure.detail ?? [])],
  };
}

/** Something in a list of referrers that refers to something else. */
export function notAReferrer(digest: Digest, subject: Digest, place: string): Failure {
  return {
    code: "transfer/not-a-referrer",
    class: "permanent",
    message: `${place} lists ${shortDigest(digest)} as referring to ${shortDigest(subject)}, which it does not; it stays behind`,
  };
}

/** The tag of cosign stands at signatures that the source does not have. */
export function otherSignatures(referrer: Referrer, place: string): Failed {
  return new Failed({
    code: "transfer/signatures-differ",
    class: "conflict",
    message: `${place}:${referrer.tag} holds others than the source does, and is not overwritten`,
    hint: "Delete that tag if those there are not wanted, and run again",
  });
}

/** The tag that lists referrers stands at something else. */
export function listTaken(place: string, tag: string): Failed {
  return new Failed({
    code: "transfer/referrers-tag-taken",
    class: "conflict",
    message: `${place}:${tag}, where referrers are listed, stands at something that is no list`,
    hint: "Delete that tag if nobody needs it, and run again",
  });
}

/** Referrers of an index that does not arrive as it was. */
export function leftByTrimming(count: number, place: string, platforms: string): Failure {
  const what = count === 1 ? "1 artifact that refers" : `${count} artifacts that refer`;
  return {
    code: "transfer/trimmed-signatures",
    class: "permanent",
    message: `${what} to the index ${place} (signatures, SBOMs, attestations) ${count === 1 ? "stays" : "stay"} behind, as it is trimmed to ${platforms} and so has another digest`,
    hint: "Copy all platforms to keep them; those of the platforms' own images do travel",
  };
}

/** An image without a signature where one is required. */
export function unsigned(place: string, trimmed: "trimmed" | "whole"): Failed {
  return new Failed({
    code: "transfer/unsigned",
    class: "permanent",
    message:
      trimmed === "trimmed"
        ? `${place} has no signature that holds for the chosen platforms, and one is required`
        : `${place} has no signature, and one is required`,
    hint:
      trimmed === "trimmed"
        ? "Copy all platforms, as the signature of an index holds for the whole of it, or sign each platform's image"
        : "Sign it where it comes from, or set signatures to copy for this image",
  });
}
