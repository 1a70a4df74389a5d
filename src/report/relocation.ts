import { formatCount } from "./format.ts";
import type { Color } from "./paint.ts";
import { renderTable } from "./table.ts";

/** One way to redirect a cluster: how many images it covers, and those that it does not. */
export interface RelocatedForm {
  readonly name: string;
  /** What is done with the files. */
  readonly use: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly covered: number;
  readonly left: readonly { readonly reference: string; readonly why: string; readonly where: readonly string[] }[];
}

export interface RelocationOptions {
  readonly target: string;
  readonly forms: readonly RelocatedForm[];
  /** The folder that they were written to; undefined where they were not. */
  readonly output: string | undefined;
  readonly color: Color;
  /** Columns of the terminal; undefined: as wide as the text is. */
  readonly width: number | undefined;
}

/** What each form covers, what to do with its files, and what it leaves out. */
export function renderRelocation({ target, forms, output, color, width }: RelocationOptions): string {
  const rows = forms.map(({ name, covered, left, files, use }) => [
    name,
    `${covered} of ${covered + left.length}`,
    files.map(({ path }) => path).join(" ") || "(nothing)",
    files.length === 0 ? "" : use,
  ]);
  const table = renderTable({ head: ["FORM", "IMAGES", "FILES", "USE"], rows, color, width });
  const lost = forms.flatMap(({ name, left }) =>
    left.map(({ reference, why, where }) => [name, reference, why, where.join(" ")]),
  );
  const second =
    lost.length === 0 ? "" : renderTable({ head: ["FORM", "NOT COVERED", "WHY", "WHERE"], rows: lost, color, width });
  const files = forms.reduce((sum, form) => sum + form.files.length, 0);
  const end =
    output === undefined
      ? `nothing written: --output FOLDER writes the files for target ${target}, --format FORM prints those of one form`
      : `${formatCount(files, "file")} for target ${target} in ${output}`;
  return [table, second, `${end}\n`].filter((part) => part !== "").join("\n");
}
