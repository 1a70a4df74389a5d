import { parseReference } from "../../oci/index.ts";
import type { Finding, Flag } from "./finding.ts";
import type { Numbers } from "./numbers.ts";
import { referenceOf } from "./shape.ts";

/** What the tag of an image is to be told for. */
export function tagFlags({ reference: text, places }: Finding, numbers: Numbers): readonly Flag[] {
  const { tag, digest } = parseReference(text);
  if (digest !== undefined || tag === undefined) return [];
  const flags: Flag[] = [];
  if (tag === "latest") {
    const isBare = places.some(({ written }) => referenceOf(written)?.tag === undefined);
    flags.push(
      isBare
        ? { kind: "no-tag", says: "no tag is written, so it is latest: whatever stands there on the day" }
        : { kind: "latest", says: "latest is whatever stands there on the day" },
    );
  }
  const written = places
    .map((place) => referenceOf(place.written)?.tag)
    .find((one) => one !== undefined && one !== tag);
  const number = numbers.writtenAs(tag);
  if (written !== undefined) {
    flags.push({
      kind: "number-tag",
      says: `the tag ${written} is written without quotes, and the number reads ${tag}`,
    });
  } else if (number !== undefined) {
    flags.push({
      kind: "number-tag",
      says: `a tag or version ${number} is written without quotes, and the number reads ${tag}`,
    });
  }
  return flags;
}

/** A name at a target that more than one image would get. */
export interface SharedName {
  readonly target: string;
  readonly name: string;
  /** References, or names of images in the config that have none. */
  readonly images: readonly string[];
}

/** The findings with a flag on those that would get one name at a target. */
export function flagCollisions(findings: readonly Finding[], shared: readonly SharedName[]): readonly Finding[] {
  return findings.map((finding) => {
    const flags = shared
      .filter(({ images }) => images.includes(finding.reference))
      .map(({ target, name, images }): Flag => {
        const others = images.filter((image) => image !== finding.reference);
        return { kind: "collision", says: `${others.join(" and ")} would be ${name} at the target ${target} too` };
      });
    return flags.length === 0 ? finding : { ...finding, flags: [...finding.flags, ...flags] };
  });
}
