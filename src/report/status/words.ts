import type { Cell, Row, Status, Verdict } from "../../status/index.ts";
import { formatCount } from "../format.ts";

/** The state of a cell in a word or two; empty where the target does not take the image. */
export const wordOf = ({ state }: Cell): string => (state === "absent" ? "" : state.replaceAll("-", " "));

/** The versions that the product references, and whether they are the declared one; undefined where nobody looked. */
export function referencedText({ referenced, version }: Row): string | undefined {
  if (referenced === undefined) return undefined;
  const text = referenced.join(", ");
  return referenced.every((one) => one === version) ? text : `differs: ${text}`;
}

/** What else a person should know of an image. */
export function notesOf({ hold, upstream, cells }: Row): readonly string[] {
  const moved = upstream.kind === "moved" ? [`upstream's tag is at ${upstream.digest.slice(0, 19)} now`] : [];
  const gone = upstream.kind === "gone" ? ["gone upstream"] : [];
  const stands = [...cells].flatMap(([target, cell]) =>
    cell.state === "conflict" || cell.state === "other-digest"
      ? [`at ${target} ${cell.digest.slice(0, 19)}, not ${cell.wanted.slice(0, 19)}`]
      : [],
  );
  return [...(hold === undefined ? [] : [hold]), ...moved, ...gone, ...stands];
}

/** The one line that says whether the release is complete, and what it waits for. */
export function finalLine({ rows }: Status, { state, done, of, waitsFor }: Verdict): string {
  if (of === 0) return "nothing to look at: no target takes any of these images";
  const moved = rows.filter(({ upstream }) => upstream.kind === "moved").length;
  const after = moved === 0 ? "" : `; ${formatCount(moved, "tag")} moved upstream since the lock`;
  const inPlace = `${done} of ${of} in place`;
  switch (state) {
    case "complete":
      return `complete: ${inPlace}${after}`;
    case "waiting":
      return `waiting for others, ${inPlace}: ${waitsFor.join("; ")}${after}`;
    case "incomplete":
      return `not complete, ${inPlace}: ${waitsFor.join("; ")}${after}`;
    case "conflict":
      return `in conflict, ${inPlace}: ${waitsFor.join("; ")}${after}`;
  }
}
