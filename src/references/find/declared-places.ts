import type { Equals, Named, Pattern, ReferenceSet } from "../../config/index.ts";
import type { FileText, Piece, Site } from "../site.ts";
import { below, follow, textIn, type Value } from "./yaml.ts";

/** The sites of a file at the paths of a set. */
export function atPaths(file: FileText, values: readonly Value[], paths: ReferenceSet["paths"]): readonly Site[] {
  return paths.flatMap(({ name, steps, equals }) =>
    values.flatMap((value) => follow(value, steps)).flatMap((value) => siteOf(file, name, value, equals)),
  );
}

/** A text, or a map of `registry`, `repository` and `tag` that is one image. */
function siteOf(file: FileText, way: string, value: Value, equals: Equals): readonly Site[] {
  const base = { file, way, equals, related: undefined };
  if (value.kind === "text") {
    return [{ ...base, text: value.piece.text, piece: value.piece, tag: undefined, form: "whole" }];
  }
  const repository = textIn(value, "repository") ?? textIn(value, "newName") ?? textIn(value, "name");
  if (repository === undefined) return [];
  const [registry, tag] = [textIn(value, "registry"), textIn(value, "tag") ?? textIn(value, "newTag")];
  const name = registry === undefined || registry.text === "" ? repository.text : `${registry.text}/${repository.text}`;
  const text = tag === undefined || tag.text === "" ? name : `${name}:${tag.text}`;
  // With a registry of its own, nobody can tell how another repository would be split over the two.
  const piece = name === repository.text ? repository : { ...repository, style: "elsewhere" as const };
  return [{ ...base, text, piece, tag, form: "split" }];
}

/** The environment variables of containers that a set names, and every `RELATED_IMAGE_*`. */
export function inEnvironments(file: FileText, values: readonly Value[], env: readonly Named[]): readonly Site[] {
  const wanted = new Map(env.map(({ name, equals }) => [name, equals]));
  return values.flatMap((root) =>
    [...below(root)].flatMap((value) => {
      const [name, piece] = [textIn(value, "name")?.text, textIn(value, "value")];
      if (name === undefined || piece === undefined) return [];
      const related = name.startsWith("RELATED_IMAGE_") ? name : undefined;
      if (related === undefined && !wanted.has(name)) return [];
      return [whole(file, name, piece, wanted.get(name), related)];
    }),
  );
}

/** The variables that a Makefile, a shell script, an env file or a Dockerfile sets. */
export function inVariables(file: FileText, variables: readonly Named[]): readonly Site[] {
  return variables.flatMap(({ name, equals }) => {
    const set = new RegExp(
      `^[ \\t]*(?:export[ \\t]+|override[ \\t]+|ARG[ \\t]+|ENV[ \\t]+)*${escaped(name)}[ \\t]*(?:::?:?=|[?+]?=|[ \\t])[ \\t]*(["']?)([^\\s"'#]+)\\1`,
      "dgm",
    );
    return [...file.text.matchAll(set)].map((match) => {
      const [start, end] = match.indices?.[2] ?? [0, 0];
      return whole(file, name, { start, end, text: match[2] ?? "", style: "raw" }, equals);
    });
  });
}

/** What the named group of a pattern stands for, wherever it is found. */
export function byPatterns(file: FileText, patterns: readonly Pattern[]): readonly Site[] {
  return patterns.flatMap(({ expression, equals }) =>
    [...file.text.matchAll(expression)].flatMap((match) => {
      const [group] = Object.entries(match.groups ?? {});
      const [start, end] = match.indices?.groups?.[group?.[0] ?? ""] ?? [-1, -1];
      const text = group?.[1];
      return text === undefined ? [] : [whole(file, group?.[0] ?? "", { start, end, text, style: "raw" }, equals)];
    }),
  );
}

function whole(file: FileText, way: string, piece: Piece, equals: Equals | undefined, related?: string): Site {
  return { file, way, text: piece.text, piece, tag: undefined, form: "whole", equals, related };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
