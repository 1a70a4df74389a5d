import { createHash, type Hash, hash } from "node:crypto";
import { Failed } from "../failure/index.ts";

declare const digest: unique symbol;

/** A content digest, `algorithm:hex`, of an algorithm that this code can verify. */
export type Digest = string & { readonly [digest]: true };

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** True for a well-formed digest of a registered algorithm (image-spec, descriptor.md: sha256 or sha512). */
export function isDigest(text: string): text is Digest {
  const match = /^(sha256|sha512):([0-9a-f]+)$/.exec(text);
  return match !== null && match[2]?.length === HEX_LENGTH[match[1] ?? ""];
}

/** Reads a digest. Throws `Failed` (`oci/bad-digest`) naming `where` it came from. */
export function parseDigest(text: string, where: string): Digest {
  if (isDigest(text)) return text;
  throw new Failed({
    code: "oci/bad-digest",
    class: "permanent",
    message: `"${text.slice(0, 140)}" in ${where} is not a digest`,
    hint: "A digest is sha256: and 64, or sha512: and 128, lower-case hex digits",
  });
}

/** The sha256 digest of some bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${hash("sha256", bytes)}` as Digest;
}

/** Whether some bytes are those that a digest stands for. */
export const hasDigest = (bytes: Uint8Array, expected: Digest): boolean =>
  hash(algorithmOf(expected), bytes) === hexOf(expected);

/** A running hash of the algorithm that a digest names, to compare with it at the end. */
export function hashFor(expected: Digest): Hash {
  return createHash(algorithmOf(expected));
}

/** What stands before the colon. */
export const algorithmOf = (value: Digest): string => value.slice(0, value.indexOf(":"));

/** The hex digits behind the colon. */
export const hexOf = (value: Digest): string => value.slice(value.indexOf(":") + 1);

/** The digest as people recognise it: the algorithm and twelve digits. */
export const shortDigest = (value: Digest): string => value.slice(0, value.indexOf(":") + 13);
