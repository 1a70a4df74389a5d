import { type FoundPlace, findImages } from "../../charts/find/index.ts";
import { parsePath } from "../../config/index.ts";
import type { FileText, Piece, Site } from "../site.ts";
import { follow, type Value, type Yaml } from "./yaml.ts";

/** An image that the structure of a file shows, and how sure that is. */
export interface FoundSite extends Site {
  readonly certainty: "sure" | "candidate";
}

/**
 * The images that a YAML or JSON file names: workloads, values of charts, ClusterServiceVersions with the examples in
 * them, kustomizations. In a template, which is no YAML until it is rendered, those on lines of their own.
 */
export function imagesIn(file: FileText, { values, state }: Yaml): readonly FoundSite[] {
  if (state === "broken") return imagesOfTemplate(file);
  const starts = lineStarts(file.text);
  return findImages([{ source: file.path, text: file.text }]).images.flatMap(({ places }) =>
    places.map((place) => siteAt(file, place, (starts[place.line - 1] ?? 0) + place.column - 1, values)),
  );
}

function siteAt(file: FileText, place: FoundPlace, start: number, values: readonly Value[]): FoundSite {
  const { text, written, path, certainty, exactness } = place;
  const end = start + text.length;
  const base = { file, way: path, text: written, equals: undefined, related: undefined, certainty };
  const style = exactness === "around" ? "elsewhere" : styleAt(file.text, start);
  if (text === written) return { ...base, piece: { start, end, text, style }, tag: undefined, form: "whole" };
  const tag = exactness === "around" ? undefined : tagBeside(path, written, values);
  // The repository may be split further: over a registry, or a name. Then only its tag can be edited.
  const isRepository = tag !== undefined && written === `${text}:${tag.text}`;
  return { ...base, piece: { start, end, text, style: isRepository ? style : "elsewhere" }, tag, form: "split" };
}

/** The one value beside a repository that has its tag. */
function tagBeside(path: string, written: string, values: readonly Value[]): Piece | undefined {
  const steps = parsePath(path);
  const tag = /:([\w.-]+)$/.exec(written)?.[1];
  if (steps === undefined || tag === undefined) return undefined;
  const maps = values.flatMap((value) => follow(value, steps.slice(0, -1)));
  const pieces = maps
    .flatMap((map) => (map.kind === "map" ? map.entries : []))
    .flatMap(([key, value]) => (/tag|version/i.test(key) && value.kind === "text" ? [value.piece] : []))
    .filter((piece) => piece.text === tag);
  return pieces.length === 1 ? pieces[0] : undefined;
}

function styleAt(text: string, start: number): Piece["style"] {
  const before = text[start - 1] ?? "";
  if (before === '"' || before === "'") return "quoted";
  // Behind a key or a dash the scalar begins here; anywhere else it is a part of a longer one.
  return /(?:^|\n|[:\-[{,])[ \t]*$/.test(text.slice(Math.max(0, start - 200), start)) ? "plain" : "raw";
}

/** `image: busybox` and `fooImage: "x:1"` on a line of its own, with nothing in it that is rendered. */
const IMAGE_LINE =
  /^[ \t]*(?:-[ \t]+)?["']?(?:image|\w+Image)["']?[ \t]*:[ \t]+(["']?)([a-z0-9][\w.:/@-]*)\1[ \t]*(?:#.*)?$/dgm;

function imagesOfTemplate(file: FileText): readonly FoundSite[] {
  return [...file.text.matchAll(IMAGE_LINE)].map((match) => {
    const [start, end] = match.indices?.[2] ?? [0, 0];
    const text = match[2] ?? "";
    const piece: Piece = { start, end, text, style: match[1] === "" ? "plain" : "quoted" };
    const way = (match[0].split(":", 1)[0] ?? "").replace(/[\s"'-]/g, "");
    return {
      file,
      way,
      text,
      piece,
      tag: undefined,
      form: "whole",
      equals: undefined,
      related: undefined,
      certainty: "sure",
    };
  });
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
