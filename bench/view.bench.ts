/**
 * What the live view costs: 200 nodes at work at once, each reporting its progress 20 times a second, one of them
 * ending every 50 ms, on a terminal of 120 × 40. Prints user and system time of the process over wall time, with the
 * view and, for comparison, with the same events and no view. Fails where the view takes 10 % of a core or more.
 *
 *   node --import tsx bench/view.bench.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asNodeId, type EventBody } from "../src/engine/index.ts";
import { createMask, createReport } from "../src/report/index.ts";

const NODES = 200;
const TICK_MS = 50;
const TOTAL_BYTES = 100_000_000;
const LIMIT_PERCENT = 10;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly writtenBytes: number;
}

const self = fileURLToPath(import.meta.url);
const [role, resultFile] = process.argv.slice(2);
if ((role === "view" || role === "none") && resultFile !== undefined) await measure(role, resultFile);
else process.exitCode = compare();

function compare(): number {
  const folder = mkdtempSync(join(tmpdir(), "mirror-bench-"));
  try {
    const none = inTerminal("none", join(folder, "none.json"));
    const view = inTerminal("view", join(folder, "view.json"));
    const cost = percent(view) - percent(none);
    console.log(line("events alone", none));
    console.log(line("with the view", view));
    console.log(`the live view costs ${cost.toFixed(1)} % of one core (limit ${LIMIT_PERCENT} %)`);
    return cost < LIMIT_PERCENT ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A pseudo-terminal, by script(1). */
function inTerminal(what: "view" | "none", file: string): Cost {
  const command = `stty cols 120 rows 40; ${[process.execPath, "--import", "tsx", self, what, file].map(quote).join(" ")}`;
  const { status, error } = spawnSync("script", ["-qfec", command, "/dev/null"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error !== undefined)
    throw new Error("this benchmark needs script(1), of bsdutils or util-linux", { cause: error });
  if (status !== 0) throw new Error(`the measured process ended with ${status}`);
  return JSON.parse(readFileSync(file, "utf8")) as Cost;
}

async function measure(what: "view" | "none", file: string): Promise<void> {
  if (process.stdout.columns !== 120) throw new Error("not on a terminal of 120 columns");
  let writtenBytes = 0;
  const out = {
    columns: process.stdout.columns,
    rows: process.stdout.rows,
    write: (text: string) => {
      writtenBytes += Buffer.byteLength(text);
      return process.stdout.write(text);
    },
  };
  const report = createReport({
    kind: "live",
    out,
    err: process.stderr,
    color: "on",
    now: Date.now,
    mask: createMask(),
  });
  let events = 0;
  const emit = (body: EventBody): void => {
    events += 1;
    const event = { at: Date.now(), ...body };
    if (what === "view") report.on(event);
  };
  const wallStart = performance.now();
  const cpuStart = process.cpuUsage();
  await run(emit);
  const { user, system } = process.cpuUsage(cpuStart);
  const wallMs = performance.now() - wallStart;
  await report.close();
  const cost: Cost = { wallMs, cpuMs: (user + system) / 1000, events, writtenBytes };
  writeFileSync(file, JSON.stringify(cost));
}

async function run(emit: (body: EventBody) => void): Promise<void> {
  const ids = Array.from({ length: NODES }, (_, at) => asNodeId(`copy:harbor/mlrun/image-number-${at}`));
  emit({ type: "run-started", run: "bench", mode: "run", nodes: ids.map((id) => ({ id, needs: [] })) });
  for (const id of ids) emit({ type: "node-started", id, attempt: 1 });
  for (let tick = 0; tick < NODES; tick++) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const bytes = ((tick + 1) / NODES) * TOTAL_BYTES;
    for (const id of ids.slice(tick)) emit({ type: "node-progress", id, bytes, totalBytes: TOTAL_BYTES });
    const id = ids[tick];
    if (id === undefined) continue;
    const outcome = { kind: "done", effect: "changed", summary: "copied sha256:0123456789ab", bytes } as const;
    emit({ type: "node-settled", id, outcome, durationMs: tick * TICK_MS });
  }
  emit({ type: "run-finished", exitCode: 0, durationMs: NODES * TICK_MS });
}

function line(name: string, cost: Cost): string {
  const { wallMs, cpuMs, events, writtenBytes } = cost;
  const rate = Math.round((events * 1000) / wallMs);
  return `${name.padEnd(14)} ${cpuMs.toFixed(0)} ms CPU in ${wallMs.toFixed(0)} ms: ${percent(cost).toFixed(1)} %  (${rate} events/s, ${Math.round(writtenBytes / 1000)} kB written)`;
}

function percent({ cpuMs, wallMs }: Cost): number {
  return (cpuMs / wallMs) * 100;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
