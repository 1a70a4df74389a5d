import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { type VendoredChart, type VendorOptions, vendorDependencies } from "../../../src/charts/dependencies/index.ts";
import { type Failure, failureOf, failuresOf } from "../../../src/failure/index.ts";
import { inFolder } from "../../oci/temporary.ts";
import {
  type ChartServer,
  type ChartServerOptions,
  type PackedChart,
  startChartServer,
} from "../../rig/chart-repository.ts";

/** A dependency as it is written. */
export interface Written {
  readonly name: string;
  readonly version?: string;
  readonly repository?: string;
  readonly alias?: string;
  readonly condition?: string;
}

export interface Bench {
  readonly folder: string;
  /** Writes a chart of some name below the source; gives its folder. */
  readonly chart: (name: string, dependencies: readonly Written[], files?: Readonly<Record<string, string>>) => string;
  readonly vendor: (chartFolder: string, options?: Partial<VendorOptions>) => Promise<VendoredChart>;
  readonly failing: (chartFolder: string, options?: Partial<VendorOptions>) => Promise<readonly Failure[]>;
  /** Started for this bench, and stopped with it. */
  readonly server: (charts: readonly PackedChart[], options?: ChartServerOptions) => Promise<ChartServer>;
}

export const quick = { backoff: { attempts: 3, baseMs: 1, capMs: 5, patienceMs: 100 } };

/** Runs `body` with a source folder, a cache and what is needed to vendor charts. */
export const withBench = (body: (bench: Bench) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const servers: ChartServer[] = [];
    const source = join(folder, "source");
    mkdirSync(source);
    const vendor: Bench["vendor"] = (chartFolder, options) =>
      vendorDependencies({
        chartFolder,
        within: source,
        repositories: new Map(),
        cache: join(folder, "cache"),
        update: "lock",
        network: "online",
        registryFor: async (host) => assert.fail(`${host} was not to be asked`),
        http: quick,
        signal: new AbortController().signal,
        ...options,
      });
    try {
      await body({
        folder,
        chart: (name, dependencies, files = {}) => {
          const place = join(source, name);
          const chart = stringify({ apiVersion: "v2", name, version: "1.0.0", dependencies });
          writeFiles(place, { "Chart.yaml": chart, "templates/a.yaml": "kind: ConfigMap\n", ...files });
          return place;
        },
        vendor,
        failing: (chartFolder, options) =>
          vendor(chartFolder, options).then(() => assert.fail("it did not fail"), failuresOf),
        server: async (charts, options) => {
          const server = await startChartServer(charts, options);
          servers.push(server);
          return server;
        },
      });
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), body);
  }
}

/** What stands in the `charts/` of a vendored chart. */
export const inCharts = (chart: VendoredChart): string[] => readdirSync(join(chart.folder, "charts")).sort();

export const failing = (work: Promise<unknown>): Promise<Failure> =>
  work.then(() => assert.fail("it did not fail"), failureOf);
