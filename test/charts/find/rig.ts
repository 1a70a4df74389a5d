import { readFileSync } from "node:fs";
import { type Finding, type Findings, type FindOptions, findImages } from "../../../src/charts/find/index.ts";

/** A manifest of test/fixtures/manifests. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/manifests/${name}`, import.meta.url), "utf8");

/** The images of one text. */
export const find = (text: string, options: FindOptions = {}): Findings =>
  findImages([{ source: "all.yaml", text }], options);

/** `S` for sure, `c` for a candidate, and the reference. */
export const brief = ({ certainty, reference }: Finding): string => `${certainty === "sure" ? "S" : "c"} ${reference}`;

/** Images and places as lines that a person can check against the manifest. */
export function listed({ images }: Findings): readonly string[] {
  return images.flatMap((finding) => [
    [brief(finding), ...finding.flags.map(({ kind }) => kind)].join(" "),
    ...finding.places.map((place) => {
      const { line, column, rule, certainty, kind, name, role, component, path, exactness } = place;
      const marks = [
        certainty === "sure" ? "" : "?",
        role === "resource" ? "" : role,
        exactness === "exact" ? "" : "~",
      ];
      const how = [rule, ...marks.filter((mark) => mark !== "")].join(" ");
      return `  ${line}:${column} ${kind}/${name} (${component}) ${path} by ${how}`;
    }),
  ]);
}

/** A pod whose one container has some lines more. */
export const pod = (lines: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - name: c\n${lines.replace(/^/gm, "      ")}\n`;

/** A custom resource with this spec, in one line. */
export const custom = (spec: string): string => `kind: Toy\nmetadata: { name: t }\nspec: ${spec}\n`;
