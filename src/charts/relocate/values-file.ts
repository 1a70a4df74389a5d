import { stringify } from "yaml";
import type { Overlay } from "./overlay.ts";

export interface ValuesFileOptions {
  readonly chart: string;
  readonly version: string;
  readonly target: string;
}

/** The values of an overlay as a file for `helm install --values`, with what they cannot do said at its head. */
export function valuesFile(overlay: Overlay, { chart, version, target }: ValuesFileOptions): string {
  const left = overlay.uncovered.flatMap(({ reference, why, places }) => {
    const where = [...new Set(places.map(({ template, source }) => template ?? source))];
    return [`  ${reference}`, `    ${why}${where.length === 0 ? "" : ` (${where.join(", ")})`}`];
  });
  const head = [
    `Values for the chart ${chart} ${version} that make it pull its images from the target ${target}.`,
    "Give this file as the last: helm upgrade --install … --values FILE",
    ...(left.length === 0 ? [] : ["", "Not covered, and to be redirected where the cluster pulls:", ...left]),
  ];
  const comment = head.map((line) => `# ${line}`.trimEnd()).join("\n");
  return `${comment}\n${stringify(overlay.values, { lineWidth: 0 })}`;
}
