import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessMissing } from "../../oci/layout/disk.ts";
import { readArchive } from "./archive.ts";

/** The values that a chart comes with. */
export interface ChartValues {
  /** The file's path from the chart's folder; in a packed chart, with the path in it behind a colon. */
  readonly source: string;
  readonly text: string;
}

const OF_A_CHART = /^(?:charts\/[^/]+\/)*values\.yaml$/;

/** The `values.yaml` of a chart in a folder and of the charts in it, packed ones too. */
export async function chartValues(folder: string): Promise<readonly ChartValues[]> {
  const own = await unlessMissing(readFile(join(folder, "values.yaml"), "utf8"));
  const found: ChartValues[] = own === undefined ? [] : [{ source: "values.yaml", text: own }];
  for (const entry of (await unlessMissing(readdir(join(folder, "charts"), { withFileTypes: true }))) ?? []) {
    const [path, source] = [join(folder, "charts", entry.name), `charts/${entry.name}`];
    if (entry.isDirectory()) {
      found.push(...(await chartValues(path)).map((one) => ({ ...one, source: `${source}/${one.source}` })));
    } else if (entry.name.endsWith(".tgz")) {
      for (const [name, bytes] of await readArchive(await readFile(path), path)) {
        if (OF_A_CHART.test(name)) {
          found.push({ source: `${source}:${name}`, text: Buffer.from(bytes).toString("utf8") });
        }
      }
    }
  }
  return found;
}
