import { parseReference, type Reference } from "../../oci/index.ts";
import type { Answer, Finding } from "./finding.ts";

/** Registries are asked about so many images at once. */
const AT_ONCE = 8;

/**
 * Asks where each image is. A candidate that is there is an image; a sure one that is missing has a dead source, and
 * says so by a flag.
 *
 * @param head asks one registry, by one HEAD as a rule; `unknown` where it cannot tell
 */
export async function confirm(
  findings: readonly Finding[],
  head: (reference: Reference) => Promise<Answer>,
): Promise<readonly Finding[]> {
  const waiting = findings.entries();
  const answered: Finding[] = [...findings];
  const work = async (): Promise<void> => {
    for (const [index, finding] of waiting)
      answered[index] = answeredBy(finding, await head(parseReference(finding.reference)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answered;
}

/** True for an image that is one: found for sure, or a candidate that its registry has. */
export const isConfirmed = ({ certainty, source }: Finding): boolean => certainty === "sure" || source === "there";

function answeredBy(finding: Finding, source: Answer): Finding {
  const isDead = source === "missing" && finding.certainty === "sure";
  const flag = { kind: "dead-source", says: "its registry does not have it" } as const;
  return { ...finding, source, flags: isDead ? [...finding.flags, flag] : finding.flags };
}
