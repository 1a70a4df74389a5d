import type { Source } from "../config/index.ts";
import type { SourceOrigin } from "../sources/index.ts";

/** What opens a source of the config. */
export function originOf({ origin }: Source): SourceOrigin {
  if (origin.kind === "folder") return { folder: origin.folder };
  const { pin } = origin;
  if (pin.kind !== "version") return { url: origin.url, pin };
  const { range, order, ...rest } = pin;
  const given = { ...(range === undefined ? {} : { range }), ...(order === undefined ? {} : { order }) };
  return { url: origin.url, pin: { ...rest, ...given } };
}
