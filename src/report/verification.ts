import type { Verification } from "../status/index.ts";
import { formatBytes, formatCount } from "./format.ts";
import { type Color, createPaint } from "./paint.ts";
import { pathFromHere } from "./path-from-here.ts";
import { plainLine } from "./width.ts";

/** What is missing or wrong at one place, what to do about each, and a line that sums it up. */
export function renderVerification(
  { name, where, images, wrong, read, base }: Verification,
  { color }: { readonly color: Color },
): string {
  const paint = createPaint(color);
  const lines = wrong.flatMap(({ image, failure: { code, message, hint, detail = [] } }) => [
    `${paint("red", code)}: ${plainLine(image === undefined ? message : `${image}: ${message}`)}`,
    ...detail.map((line) => `  ${plainLine(line)}`),
    ...(hint === undefined ? [] : [`  ${plainLine(hint)}`]),
  ]);
  const affected = new Set(wrong.map(({ image, at }) => image ?? at)).size;
  const how = [
    ...(read === undefined ? [] : [`${formatCount(read.blobs, "blob")}, ${formatBytes(read.bytes)} read and hashed`]),
    ...(read?.referrers === undefined || read.referrers === 0 ? [] : [`${formatCount(read.referrers, "referrer")}`]),
    ...(base === undefined || base.blobs === 0 ? [] : [`${formatCount(base.blobs, "blob")} of it in ${base.name}`]),
  ].join("; ");
  const folder = where?.folder === undefined ? "" : ` in ${pathFromHere(where.folder)}`;
  const place = where === undefined ? name : `${name} (${where.host}${folder})`;
  const verdict =
    wrong.length === 0
      ? paint("green", `${place} has all of ${formatCount(images, "image")}${read === undefined ? ", by digest" : ""}`)
      : paint("red", `${place}: ${affected} of ${formatCount(images, "image")} missing or wrong`);
  return [...lines, how === "" ? verdict : `${verdict} (${how})`].map((line) => `${line}\n`).join("");
}
