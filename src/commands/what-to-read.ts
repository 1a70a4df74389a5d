import type { Config } from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf, hasConfig } from "./config.ts";

/** What `mirror images` is to look through. */
export interface ToRead {
  /** Undefined where there is none, or nothing needs it. */
  readonly config: Config | undefined;
  /** Names of charts in the config. */
  readonly charts: readonly string[];
  /** Files, folders, and `-`. */
  readonly files: readonly string[];
}

const CHART = "chart:";

/**
 * A plain word is a chart of the config before it is a folder: `./word` is a folder, `chart:word` a chart. Without
 * names all charts of the config are meant. Throws `Failed` (`usage/no-file`, `usage/unknown-chart`).
 */
export async function whatToRead(host: Host, args: Arguments): Promise<ToRead> {
  const { names } = args;
  const mayBeCharts = names.length === 0 || names.some((name) => /^[^./-][^./]*$/.test(name));
  const isWanted = mayBeCharts || args.flags.has("confirm") || args.values.has("config");
  const config = isWanted && hasConfig(host, args) ? await configOf(host, args) : undefined;
  const known = [...(config?.charts.keys() ?? [])];
  const charts = names.length === 0 ? known : names.filter((name) => name.startsWith(CHART) || known.includes(name));
  const files = names.filter((name) => !charts.includes(name));
  if (charts.length === 0 && files.length === 0) throw nothingNamed();
  return { config, charts: [...new Set(charts.map((name) => nameOf(name, known)))], files };
}

function nameOf(written: string, known: readonly string[]): string {
  if (known.includes(written)) return written;
  const name = written.slice(CHART.length);
  if (known.includes(name)) return name;
  const hint = didYouMean(name, known) ?? "Declare it under charts in the config";
  throw new Failed({ code: "usage/unknown-chart", class: "usage", message: `There is no chart "${name}"`, hint });
}

const nothingNamed = (): Failed =>
  new Failed({
    code: "usage/no-file",
    class: "usage",
    message: "mirror images has nothing to read",
    hint: "Name charts of a config, files or folders, or pipe into it: helm template shop ./shop | mirror images -",
  });
