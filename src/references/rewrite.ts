import { parseDocument } from "yaml";
import type { Piece, Site } from "./site.ts";

/** How a place is made to say what it should. */
export type Fix =
  | { readonly kind: "possible"; readonly changes: readonly Change[] }
  | { readonly kind: "impossible"; readonly why: string };

/** What is to stand in place of a stretch of a file. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The fix that makes a place say another text as a whole. */
export function rewriteWhole(site: Site, text: string): Fix {
  const { piece, tag, form } = site;
  if (form === "whole") return all([[piece, text]]);
  const [repository, version] = splitTag(text);
  if (tag === undefined || version === undefined) return OPAQUE;
  const parts = [[piece, repository] as const, [tag, version] as const];
  return all(parts.filter(([part, wanted]) => part.text !== wanted));
}

/** The fix that gives an image another tag, or its first one, and leaves the rest of it alone. */
export function rewriteTag(site: Site, from: string | undefined, to: string): Fix {
  const { piece, tag, form } = site;
  if (form === "split") return tag === undefined ? OPAQUE : all([[tag, to]]);
  if (piece.style === "elsewhere") return OPAQUE;
  const digest = piece.text.indexOf("@");
  const end = piece.start + (digest === -1 ? piece.text.length : digest);
  if (from === undefined) return { kind: "possible", changes: [{ start: end, end, text: `:${to}` }] };
  return { kind: "possible", changes: [{ start: end - from.length, end, text: to }] };
}

const OPAQUE: Fix = { kind: "impossible", why: "it is not written there as it reads: edit what it comes from" };

function all(parts: readonly (readonly [Piece, string])[]): Fix {
  if (parts.some(([{ style }]) => style === "elsewhere")) return OPAQUE;
  const changes = parts.map(([{ start, end, style }, text]) => ({
    start,
    end,
    text: style === "plain" ? plain(text) : text,
  }));
  return { kind: "possible", changes };
}

/** Without quotes YAML would read `1.10` as a number, and the image would be another one. */
function plain(text: string): string {
  const document = parseDocument(text, { logLevel: "silent" });
  return document.errors.length === 0 && document.toJS() === text ? text : JSON.stringify(text);
}

function splitTag(text: string): readonly [string, string | undefined] {
  const colon = text.lastIndexOf(":");
  return colon <= text.lastIndexOf("/") ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
