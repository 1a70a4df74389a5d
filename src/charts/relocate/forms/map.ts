import { formatReference } from "../../../oci/index.ts";
import type { Form } from "./form.ts";

/** A line for each image: its old name, a tab, its new one. */
export const map: Form = {
  use: "for programs: each line is an image's old name, a tab, and its name at the target",
  write: (relocations) => {
    const lines = relocations.map(({ from, to }) => `${formatReference(from)}\t${formatReference(to)}\n`);
    return { files: [{ path: "images.tsv", text: [...new Set(lines)].sort().join("") }], left: [] };
  },
};
