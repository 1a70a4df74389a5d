import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Failed } from "../../failure/index.ts";
import type { EngineLimits } from "./engine.ts";
import { readPrinted } from "./printed.ts";
import { cancelled, notRendered, tookTooLong } from "./refusals.ts";
import type { ChartRequest, Rendered, ValuesSource } from "./request.ts";

const MAX_OUTPUT_CHARACTERS = 200_000_000;
const KILL_AFTER_MS = 3_000;

/** Of the sentences of `helm template`, the place where it stopped. */
const PLACE = /(?:template: |error (?:at|in) \()([^:()\s]+):(\d+)/;

export interface CommandLimits extends EngineLimits {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Renders with the `helm` on PATH. It cannot go on where something is wrong: it fails there as otherwise. */
export async function renderWithHelm(request: ChartRequest, limits: CommandLimits): Promise<Rendered> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-render-"));
  try {
    const args = await argumentsFor(request, folder);
    const { stdout, stderr } = await run(args, request.chart, limits);
    const warnings = stderr.split("\n").filter((line) => line.trim() !== "");
    return { documents: await readPrinted(stdout), missing: [], problems: [], warnings, engine: "helm" };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function argumentsFor(request: ChartRequest, folder: string): Promise<readonly string[]> {
  const { releaseName = "release-name", namespace = "default", kubeVersion } = request;
  const chart = await withOverlay(request, folder);
  const values = await Promise.all((request.values ?? []).map((source, index) => fileOf(source, index, folder)));
  return [
    "template",
    releaseName,
    chart,
    ...["--namespace", namespace],
    ...values.flatMap((file) => ["--values", file]),
    ...(request.set ?? []).flatMap((setting) => ["--set", setting]),
    ...(request.setString ?? []).flatMap((setting) => ["--set-string", setting]),
    ...(kubeVersion === undefined ? [] : ["--kube-version", kubeVersion]),
    ...(request.apiVersions ?? []).flatMap((version) => ["--api-versions", version]),
    ...(request.crds === "included" ? ["--include-crds"] : []),
  ];
}

/** The chart where it is, or a copy with more files in it. */
async function withOverlay({ chart, overlay }: ChartRequest, folder: string): Promise<string> {
  if (overlay === undefined || overlay.size === 0) return chart;
  const copy = join(folder, "chart");
  await cp(chart, copy, { recursive: true, dereference: true });
  for (const [name, data] of overlay) {
    await mkdir(dirname(join(copy, name)), { recursive: true });
    await writeFile(join(copy, name), data);
  }
  return copy;
}

async function fileOf(source: ValuesSource, index: number, folder: string): Promise<string> {
  if ("file" in source) return source.file;
  const file = join(folder, `values-${index}.yaml`);
  await writeFile(file, source.text);
  return file;
}

async function run(args: readonly string[], chart: string, { env, signal, timeoutMs }: CommandLimits) {
  if (signal?.aborted === true) throw cancelled(chart);
  const { execa } = await import("execa");
  const ended = await execa("helm", args, {
    env: { ...env },
    extendEnv: false,
    stdin: "ignore",
    timeout: timeoutMs,
    forceKillAfterDelay: KILL_AFTER_MS,
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!ended.failed) return ended;
  if (ended.isCanceled) throw cancelled(chart);
  if (ended.timedOut) throw tookTooLong(chart, timeoutMs);
  if (ended.code === "ENOENT") throw noHelm();
  throw refused(chart, ended.stderr || (ended.shortMessage ?? ""));
}

function noHelm(): Failed {
  return new Failed({
    code: "charts/no-helm",
    class: "usage",
    message: "There is no helm on PATH, and it was chosen as the engine for charts",
    hint: "Install helm, or leave the engine out: mirror renders charts by itself",
  });
}

function refused(chart: string, stderr: string): Failed {
  const lines = stderr.trim().split("\n");
  const from = lines.findIndex((line) => line.startsWith("Error: "));
  const message = lines
    .slice(Math.max(0, from))
    .filter((line) => !line.startsWith("Use --debug"))
    .join("\n")
    .replace(/^Error: /, "");
  const [, template, line] = PLACE.exec(message) ?? [];
  const where = template === undefined ? {} : { template, line: Number(line) };
  return notRendered(chart, { kind: "template", message, ...where });
}
