import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { stringify } from "yaml";

/** Files of a chart, by their paths from its root. */
export type ChartContent = Readonly<Record<string, string>>;

export interface PackedChart {
  readonly name: string;
  readonly version: string;
  readonly bytes: Buffer;
}

/** Packs a chart as helm does: all below one folder of the chart's name. */
export async function packChart(name: string, version: string, content: ChartContent = {}): Promise<PackedChart> {
  const files = { "Chart.yaml": stringify({ apiVersion: "v2", name, version }), ...content };
  const entries = Object.entries(files).map(([path, body]) => ({
    header: { name: `${name}/${path}`, size: Buffer.byteLength(body), type: "file" as const, mtime: new Date(0) },
    body,
  }));
  return { name, version, bytes: gzipSync(await packTar(entries)) };
}

export const fileOf = ({ name, version }: PackedChart): string => `${name}-${version}.tgz`;

export const hexOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** An index as `helm repo index` writes it; `change` makes entries wrong, or their URLs others. */
export function indexOf(charts: readonly PackedChart[], change: (chart: PackedChart) => object = () => ({})): string {
  const entries: Record<string, object[]> = {};
  for (const chart of charts) {
    const entry = {
      apiVersion: "v2",
      created: "2024-01-05T22:17:24Z",
      dependencies: [{ name: "inner", version: "9.9.9", repository: "https://example.com" }],
      description: "A chart: with a colon\n\nversion: 0.0.0\n- version: 0.0.1\n",
      digest: hexOf(chart.bytes),
      name: chart.name,
      urls: [fileOf(chart)],
      version: chart.version,
      ...change(chart),
    };
    entries[chart.name] = [...(entries[chart.name] ?? []), entry];
  }
  return stringify({ apiVersion: "v1", entries, generated: "2024-01-05T22:17:24Z" });
}

export interface ChartServer {
  readonly url: string;
  /** Every request so far: `GET /charts/index.yaml 200`. */
  readonly log: string[];
  /** What is served below `/charts/`, by file name. */
  readonly files: Map<string, string | Uint8Array>;
  stop(): Promise<void>;
}

export interface ChartServerOptions {
  /** `user:password` without which nothing is given. */
  readonly login?: string;
  /** Answers in place of the repository where it gives true. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A chart repository on this machine, which knows ETags. */
export async function startChartServer(
  charts: readonly PackedChart[],
  { login, answer = () => false }: ChartServerOptions = {},
): Promise<ChartServer> {
  const files = new Map<string, string | Uint8Array>([["index.yaml", indexOf(charts)]]);
  for (const chart of charts) files.set(fileOf(chart), chart.bytes);
  const log: string[] = [];
  const server = createServer((request, response) => {
    response.once("finish", () => log.push(`${request.method} ${request.url} ${response.statusCode}`));
    if (answer(request, response)) return;
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString("base64")}`) {
      response.writeHead(401, { "www-authenticate": "Basic realm=charts" }).end("log in");
      return;
    }
    const body = files.get((request.url ?? "").replace("/charts/", ""));
    if (body === undefined) {
      response.writeHead(404).end("<h1>not here</h1>");
      return;
    }
    const etag = `"${hexOf(Buffer.from(body))}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`,
    log,
    files,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
