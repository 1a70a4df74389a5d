import { dirname } from "node:path";
import { readBundles } from "./bundles.ts";
import { readCatalogs } from "./catalogs.ts";
import { readChartRepositories, readCharts, readSources } from "./charts.ts";
import type { Config } from "./config.ts";
import { type Cursor, get } from "./cursor.ts";
import { readImages } from "./images.ts";
import type { Reader } from "./reader.ts";
import { readReferences } from "./references.ts";
import type { RawConfig } from "./schema.gen.ts";
import { varSecret } from "./secret.ts";
import { readRegistries, readUpstreams } from "./servers.ts";
import { readTargets } from "./targets.ts";
import { readTasks } from "./work.ts";

/** Reads every section. What is wrong goes to the reader's problems; the config means nothing where there are any. */
export async function parseConfig(raw: RawConfig, reader: Reader, file: string): Promise<Omit<Config, "warnings">> {
  const root: Cursor<RawConfig> = { value: raw, path: [] };
  const registries = readRegistries(get(root, "registries"), reader);
  const chartRepositories = readChartRepositories(get(root, "chartRepositories"), reader);
  const targets = readTargets(get(root, "targets"), reader, registries);
  const config = {
    file,
    folder: dirname(file),
    vars: readVars(reader),
    upstreams: readUpstreams(get(root, "upstreams"), reader),
    registries,
    sources: readSources(get(root, "sources"), reader),
    chartRepositories,
    charts: readCharts(get(root, "charts"), reader, chartRepositories),
    images: await readImages(get(root, "images"), reader),
    targets,
    bundles: readBundles(get(root, "bundles"), reader, { targets, registries }),
    catalogs: readCatalogs(get(root, "catalogs"), reader, { targets, registries }),
    references: readReferences(get(root, "references"), reader),
    tasks: readTasks(get(root, "tasks"), reader),
  };
  await reader.checkFiles();
  return config;
}

function readVars(reader: Reader): Config["vars"] {
  const texts = [...reader.variables.texts()];
  return new Map(
    texts.map(([name, text]) => [
      name,
      varSecret(text, reader.variables, reader.place({ value: text, path: text.path })),
    ]),
  );
}
