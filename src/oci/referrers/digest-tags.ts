import { type Digest, hexOf } from "../digest.ts";

/** What cosign puts behind a digest to name what belongs to it, and Bitnami's tools for their own. */
const SUFFIXES = ["sig", "att", "sbom", "metadata"] as const;

/** The tag under which registries without the API list referrers (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): string {
  return `${subject.slice(0, subject.indexOf(":"))}-${hexOf(subject).slice(0, 64)}`;
}

/** The tags that name what belongs to a digest: `sha256-….sig`, `.att`, `.sbom`, `.metadata`. */
export function digestTags(subject: Digest): string[] {
  const base = subject.replace(":", "-");
  // A tag has at most 128 characters: there are none of these for a sha512 digest.
  return SUFFIXES.map((suffix) => `${base}.${suffix}`).filter((tag) => tag.length <= 128);
}
