/** What running a graph costs, beside make and ninja. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Comparison, type Goal, type Row, tell } from "./comparison.ts";
import {
  bundleEngine,
  writeCommands,
  writeConfig,
  writeMakefile,
  writeNinjaFile,
  writeTasks,
} from "./engine-inputs.ts";
import { type Contender, compare, isInstalled, medianOf, rounds, runProgram } from "./measure.ts";
import { mirror, mirrorIsBuilt } from "./mirror.ts";

const nodes = 1_000;
const jobs = "4";
const make = "make -j2";
const ninja = "ninja -j2";

const folder = await mkdtemp(join(tmpdir(), "mirror-bench-engine-"));
try {
  const engine = await bundleEngine(folder);
  process.exitCode = tell([await nothingToDo(engine), await spawning(engine)]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function nothingToDo(engine: string): Promise<Comparison> {
  const none = "engine alone, no nodes";
  const all = `engine alone, ${nodes} nodes`;
  const small = "mirror run, config of 1 node";
  const mirrorOne = `mirror run, 1 of ${nodes} nodes`;
  const mirrorAll = `mirror run, ${nodes} nodes`;
  const contenders: Contender[] = [
    { name: none, work: () => runProgram(process.execPath, [engine, "nothing", "0", jobs], folder) },
    { name: all, work: () => runProgram(process.execPath, [engine, "nothing", String(nodes), jobs], folder) },
    ...(await otherTools(join(folder, "up-to-date"), "touch")),
  ];
  if (mirrorIsBuilt) {
    const config = await writeConfig(join(folder, "all"), nodes);
    contenders.push(
      mirrorRun(small, await writeConfig(join(folder, "one"), 1), "all"),
      mirrorRun(mirrorOne, config, "group-0"),
      mirrorRun(mirrorAll, config, "all"),
    );
  }
  const rows = await compare(contenders, rounds(7));
  const goals = [goalAdded(all, none, rows)];
  const notes = ["make and ninja look at files on disk; a node of mirror with nothing to do is a group of the config"];
  if (mirrorIsBuilt) {
    goals.push(goalAdded(mirrorAll, mirrorOne, rows));
    const reading = medianOf(rows, mirrorOne) - medianOf(rows, small);
    notes.push(`reading and laying out a config of ${nodes} tasks: ${reading.toFixed(0)} ms, not part of the goals`);
  }
  return { title: `${nodes} nodes with nothing to do`, rows, goals, notes: [...notes, ...missing()] };
}

async function spawning(engine: string): Promise<Comparison> {
  const engineName = "engine alone, child_process";
  const startUp = `mirror run, 1 of ${nodes} commands`;
  const viaCommand = `mirror run, ${nodes} commands`;
  const viaZx = "mirror run, scripts with $`true`";
  const viaSpawn = "mirror run, scripts with child_process";
  const contenders: Contender[] = [
    ...(await otherTools(join(folder, "true"), "true")),
    { name: engineName, work: () => runProgram(process.execPath, [engine, "spawn", String(nodes), jobs], folder) },
  ];
  if (mirrorIsBuilt) {
    const commands = await writeCommands(join(folder, "commands"), nodes);
    contenders.push(
      mirrorRun(startUp, commands, "task-0", []),
      mirrorRun(viaCommand, commands, "all", []),
      mirrorRun(viaZx, await writeTasks(join(folder, "zx"), nodes, "zx"), "all"),
      mirrorRun(viaSpawn, await writeTasks(join(folder, "spawn"), nodes, "child_process"), "all"),
    );
  }
  const rows = await compare(contenders, rounds(7));
  return {
    title: `${nodes} nodes that each spawn \`true\``,
    rows,
    goals: [make, ninja].flatMap((tool) => goalBeside(tool, viaCommand, rows)),
    notes: [
      ...(mirrorIsBuilt ? [make, ninja].flatMap((tool) => withoutStartUp(tool, viaCommand, startUp, rows)) : []),
      `a command is \`run: ["true"]\`; as many at once as mirror has by itself, which is no slower than fewer`,
      "scripts and child_process have no goal: each of their processes is a fork of Node, or bash besides",
      ...missing(),
    ],
  };
}

function goalAdded(more: string, less: string, rows: readonly Row[]): Goal {
  const value = medianOf(rows, more) - medianOf(rows, less);
  return { what: `${more}: added to ${less}`, value, limit: 50, unit: "ms" };
}

/** None where one of the two was left out. */
function goalBeside(other: string, name: string, rows: readonly Row[]): readonly Goal[] {
  if (![other, name].every((each) => rows.some((row) => row.name === each))) return [];
  const value = medianOf(rows, name) / medianOf(rows, other);
  return [{ what: `${name}, beside ${other}`, value, limit: 2, unit: "×" }];
}

/** Start-up is that of Node, and of reading and laying out the whole config. */
function withoutStartUp(other: string, name: string, startUp: string, rows: readonly Row[]): readonly string[] {
  if (!rows.some((row) => row.name === other)) return [];
  const left = medianOf(rows, name) - medianOf(rows, startUp);
  const ratio = (left / medianOf(rows, other)).toFixed(2);
  return [`${name}, beside ${other}, start-up taken off: ${ratio} × (${left.toFixed(0)} ms)`];
}

/** A thousand targets; `touch`: each makes a file and all are made already, `true`: each runs `true`. */
async function otherTools(folder: string, recipe: "touch" | "true"): Promise<readonly Contender[]> {
  await writeMakefile(folder, nodes, recipe);
  await writeNinjaFile(folder, nodes, recipe);
  const runs: Contender[] = [
    { name: make, work: () => runProgram("make", ["-s", "-j2"], folder) },
    { name: ninja, work: () => runProgram("ninja", ["-j2", "--quiet"], folder) },
  ];
  const installed = runs.filter(({ name }) => isInstalled(commandOf(name)));
  if (recipe === "touch") for (const { work } of installed) await work();
  return installed;
}

function mirrorRun(name: string, folder: string, node: string, options = ["--jobs", jobs]): Contender {
  return { name, work: () => runProgram(process.execPath, [mirror, "run", node, ...options], folder) };
}

function commandOf(name: string): string {
  return name.split(" ")[0] ?? name;
}

function missing(): readonly string[] {
  const tools = [make, ninja].map(commandOf).filter((tool) => !isInstalled(tool));
  return [
    ...tools.map((tool) => `${tool} is not installed: left out`),
    ...(mirrorIsBuilt ? [] : [`${mirror} is missing: left out ("npm run build" makes it)`]),
  ];
}
