import { parseReference, type Reference } from "../../oci/index.ts";
import type { Finding, Flag } from "./finding.ts";
import type { Numbers } from "./numbers.ts";
import { referenceOf } from "./shape.ts";

/** What is to be said of each of some images. */
export function flagsOf(
  findings: readonly Finding[],
  numbers: Numbers,
  nameOf: (reference: Reference) => string | undefined,
): (finding: Finding) => readonly Flag[] {
  const names = new Map<string, string[]>();
  for (const { reference } of findings) {
    const name = nameOf(parseReference(reference));
    if (name !== undefined) names.set(name, [...(names.get(name) ?? []), reference]);
  }
  return (finding) => {
    const reference = parseReference(finding.reference);
    const name = nameOf(reference);
    const others = name === undefined ? [] : (names.get(name) ?? []).filter((other) => other !== finding.reference);
    return [...tagFlags(finding, reference, numbers), ...(name === undefined ? [] : collision(name, others))];
  };
}

function tagFlags({ places }: Finding, { tag, digest }: Reference, numbers: Numbers): readonly Flag[] {
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
  const number = written ?? numbers.writtenAs(tag);
  if (number !== undefined) {
    flags.push({
      kind: "number-tag",
      says: `the tag ${number} is written without quotes, and the number reads ${tag}`,
    });
  }
  return flags;
}

function collision(name: string, others: readonly string[]): readonly Flag[] {
  if (others.length === 0) return [];
  return [{ kind: "collision", says: `${others.join(" and ")} would be ${name} at the target too` }];
}
