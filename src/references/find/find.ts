import type { ReferenceSet } from "../../config/index.ts";
import type { FileText, Site } from "../site.ts";
import { atPaths, byPatterns, inEnvironments, inVariables } from "./declared-places.ts";
import { type FoundSite, imagesIn } from "./images.ts";
import { readYaml, type Yaml } from "./yaml.ts";

/** What a set of references finds. */
export interface Found {
  /** What the set names, with what it is to say. */
  readonly named: readonly Site[];
  /** Images that the structure shows, those that the set names left out. */
  readonly images: readonly FoundSite[];
  /** `RELATED_IMAGE_*`, whether the set names them or not. */
  readonly related: readonly Site[];
}

/** Finds in files what a set is about. Files that are no YAML have no paths and no environments. */
export function find(set: ReferenceSet, files: readonly FileText[]): Found {
  const perFile = files.map((file) => {
    const yaml: Yaml = STRUCTURED.test(file.path) && needsYaml(set) ? readYaml(file.text) : NOTHING;
    const env = inEnvironments(file, yaml.values, set.env);
    const named = [
      ...atPaths(file, yaml.values, set.paths),
      ...env.filter(({ equals }) => equals !== undefined),
      ...inVariables(file, set.variables),
      ...byPatterns(file, set.patterns),
    ];
    const taken = new Set(named.flatMap(({ piece, tag }) => [piece.start, ...(tag === undefined ? [] : [tag.start])]));
    const images = set.images === "ignore" ? [] : imagesIn(file, yaml);
    return {
      named,
      images: images.filter(({ piece, tag }) => !taken.has(piece.start) && !taken.has(tag?.start ?? -1)),
      related: env.filter(({ related }) => related !== undefined),
    };
  });
  return {
    named: perFile.flatMap(({ named }) => named),
    images: perFile.flatMap(({ images }) => images),
    related: perFile.flatMap(({ related }) => related),
  };
}

const STRUCTURED = /\.(?:ya?ml|json|tpl)$/;
const NOTHING: Yaml = { values: [], state: "whole" };

const needsYaml = ({ images, paths, env, covers }: ReferenceSet): boolean =>
  images === "compare" || paths.length > 0 || env.length > 0 || covers.length > 0;
