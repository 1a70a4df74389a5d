import { realpath } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { Failed } from "../../failure/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";
import { readChartFiles, textsIn } from "./chart-files.ts";

/**
 * The chart that a `file://` repository names, relative to the chart that names it; undefined where there is none.
 * Throws `Failed` (`charts/outside-source`) where it is not inside `within`.
 */
export async function chartBeside(
  chartFolder: string,
  path: string,
  within: string,
  name: string,
): Promise<{ readonly folder: string; readonly version: string } | undefined> {
  const folder = await unlessMissing(realpath(isAbsolute(path) ? path : join(chartFolder, path)));
  if (folder === undefined) return undefined;
  const root = await realpath(within);
  if (folder !== root && !folder.startsWith(root + sep)) throw outside(path, name, within);
  const texts = textsIn(folder);
  if ((await texts("Chart.yaml")) === undefined) return undefined;
  const { version } = await readChartFiles(texts, folder);
  return { folder, version };
}

function outside(path: string, name: string, within: string): Failed {
  return new Failed({
    code: "charts/outside-source",
    class: "permanent",
    message: `The dependency ${name} is at file://${path}, which is not in ${within}`,
    hint: "Name a source that holds both charts",
  });
}
