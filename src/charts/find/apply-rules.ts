import { Failed, type Failure } from "../../failure/index.ts";
import { formatReference, parseReference } from "../../oci/index.ts";
import type { Finding, IgnoredFinding } from "./finding.ts";
import { findingOf, normalReference } from "./gather.ts";

/** An image that the manifests do not name but the chart's programs pull. */
export interface AddRule {
  readonly image: string;
  readonly why: string;
}

/** Images that shall not be mirrored. */
export interface IgnoreRule {
  /** The pattern as it is written. */
  readonly image: string;
  readonly why: string;
  /** Whether the pattern covers a name. */
  readonly covers: (name: string) => boolean;
}

interface Chosen {
  readonly images: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly warnings: readonly Failure[];
}

/**
 * Adds and leaves out. A pattern covers an image by any of its names: with or without its tag, its digest and its
 * host, or as a manifest writes it. Throws `Failed` (`oci/bad-reference`) for an image to add that is none.
 */
export function applyRules(
  findings: readonly Finding[],
  add: readonly AddRule[],
  ignore: readonly IgnoreRule[],
): Chosen {
  const all = new Map(findings.map((finding) => [finding.reference, finding]));
  for (const { image, why } of add) {
    const reference = normalReference(image) ?? formatReference(parseReference(image));
    all.set(reference, findingOf(reference, all.get(reference)?.places ?? [], why));
  }
  const images: Finding[] = [];
  const ignored: IgnoredFinding[] = [];
  for (const finding of [...all.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1))) {
    const names = ignore.length === 0 ? [] : namesOf(finding);
    const rule = ignore.find(({ covers }) => names.some(covers));
    if (rule === undefined) images.push(finding);
    else ignored.push({ finding, image: rule.image, why: rule.why });
  }
  const idle = ignore.filter((rule) => !ignored.some(({ image }) => image === rule.image));
  return { images, ignored, warnings: idle.map(({ image }) => idleRule(image)) };
}

function namesOf({ reference, places }: Finding): readonly string[] {
  const { host, repository, tag } = parseReference(reference);
  const short = repository.replace(/^library\//, "");
  const tags = tag === undefined ? [""] : ["", `:${tag}`];
  const repositories = new Set([repository, short, `${host}/${repository}`]);
  return [
    reference,
    ...[...repositories].flatMap((name) => tags.map((suffix) => name + suffix)),
    ...places.map(({ written }) => written),
  ];
}

const idleRule = (image: string): Failure =>
  new Failed({
    code: "charts/idle-rule",
    class: "usage",
    message: `No image is ignored by "${image}"`,
    hint: "Take the rule out, or correct its pattern: it is compared with docker.io/library/busybox:1.35, with and without host and tag",
  }).failure;
