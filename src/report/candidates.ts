import { shortDigest } from "../oci/index.ts";
import type { Candidates, CandidateTag } from "../release/index.ts";
import { renderTable, type Table } from "./table.ts";

/** The tags of an image as a table, of at most so many lines; what is left out is counted. Ends with a newline. */
export function renderCandidates(
  { image, where, rule, tags }: Candidates,
  { most, ...style }: Pick<Table, "color" | "width"> & { readonly most: number },
): string {
  const title = `${image}: ${rule}, of the ${tags.length} ${tags.length === 1 ? "tag" : "tags"} of ${where}\n`;
  if (tags.length === 0) return title;
  const table = renderTable({
    head: ["TAG", "PUSHED", "DIGEST", "RULE"],
    rows: tags.slice(0, most).map(row),
    ...style,
  });
  const more = tags.length > most ? `and ${tags.length - most} more: --all shows them\n` : "";
  return `${title}${table}${more}`;
}

const row = ({ name, pushed, digest, fate, why }: CandidateTag): readonly string[] => [
  name,
  pushed === undefined ? "" : new Date(pushed).toISOString().slice(0, 16).replace("T", " "),
  digest === undefined ? "" : shortDigest(digest),
  fate === "unfit" ? (why ?? "") : fate,
];
