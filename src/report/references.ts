import type { Failure } from "../failure/index.ts";
import type { Comparison, Difference } from "../references/index.ts";
import { renderFailure } from "./failure.ts";
import { formatCount } from "./format.ts";
import { type Color, createPaint } from "./paint.ts";
import { plainLine } from "./width.ts";

/** Every difference with its place, then those that are accepted, what cannot be told, and the counts. */
export function renderReferences(comparison: Comparison, { color }: { readonly color: Color }): string {
  const paint = createPaint(color);
  const { differences, unknown, stale } = comparison;
  const open = differences.filter(({ accepted }) => accepted === undefined).map(failureOfDifference);
  const accepted = differences.flatMap(({ place, kind, found, accepted: why }) =>
    why === undefined ? [] : [`${position(place)}: accepted: ${plainLine(found)} (${kind}): ${plainLine(why)}`],
  );
  const untold = unknown.map(
    ({ place, found, why }) => `${position(place)}: not compared: ${plainLine(found)}: ${plainLine(why)}`,
  );
  const left = stale.map(
    ({ place, found, set }) =>
      `${position(place)}: nothing to accept: references.${set} has no difference at "${found}"`,
  );
  return [
    ...open.map((failure) => `${renderFailure(failure, { color })}\n\n`),
    ...[...accepted, ...untold].map((line) => `${paint("dim", line)}\n`),
    ...left.map((line) => `${paint("yellow", line)}\n`),
    `${totals(comparison)}\n`,
  ].join("");
}

/** A difference as a failure: what is there, what is declared, and what to do. */
export function failureOfDifference(difference: Difference): Failure {
  const { kind, place, fix } = difference;
  const hint =
    fix.kind === "possible"
      ? "mirror check --fix mends it"
      : kind === "undeclared"
        ? `Declare it under images, or accept it with a reason: references.${difference.set}.accept`
        : `Look at it yourself: ${fix.why}`;
  return { code: `references/${kind}`, class: "permanent", message: sentence(difference), hint, place };
}

function sentence({ kind, set, found, way, declared }: Difference): string {
  switch (kind) {
    case "differs":
      return `${found} at ${way} should be ${declared?.text} (${declared?.by})`;
    case "untagged":
      if (declared === undefined) return `${found} at ${way} has no tag`;
      return `${found} at ${way} has no tag, and should be ${declared.text} (${declared.by})`;
    case "undeclared":
      return `${found} at ${way} is no image that the config declares`;
    case "uncovered":
      return `${found} at ${way} is named by no RELATED_IMAGE_* of ${set}`;
    case "unused":
      return `${way} names ${found}, which nothing that ${set} covers uses`;
    case "missing":
      return found === ""
        ? `references.${set} finds nothing: there is no ${way.replace(/^a /, "")}`
        : `${way} is nowhere in ${found}`;
  }
}

function totals({ differences, unknown, agreeing, files }: Comparison): string {
  const open = differences.filter(({ accepted }) => accepted === undefined);
  const mendable = open.filter(({ fix }) => fix.kind === "possible").length;
  const accepted = differences.length - open.length;
  const parts = [
    `${formatCount(agreeing, "reference")} in ${formatCount(files, "file")} ${agreeing === 1 ? "agrees" : "agree"}`,
    ...(open.length === 0
      ? []
      : [`${formatCount(open.length, "difference")}${mendable === 0 ? "" : `, ${mendable} of them for --fix`}`]),
    ...(accepted === 0 ? [] : [`${accepted} accepted`]),
    ...(unknown.length === 0 ? [] : [`${unknown.length} not compared`]),
  ];
  return parts.join("; ");
}

const position = ({ file, line, column }: Difference["place"]): string => `${file}:${line}:${column}`;
