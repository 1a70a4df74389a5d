/** How much of the start is ours and not Node's. */
import { tell } from "./comparison.ts";
import { compare, medianOf, rounds, runProgram } from "./measure.ts";
import { mirror, mirrorIsBuilt } from "./mirror.ts";

const bare = "node -e 0";
const help = "mirror --help";
const node = (...args: readonly string[]) => runProgram(process.execPath, args, ".");

if (!mirrorIsBuilt) {
  console.error(`${mirror} is missing: "npm run build" makes it`);
  process.exit(1);
}
const rows = await compare(
  [
    { name: bare, work: () => node("-e", "0") },
    { name: help, work: () => node(mirror, "--help") },
    { name: "mirror run --help", work: () => node(mirror, "run", "--help") },
  ],
  rounds(31),
);
const value = medianOf(rows, help) / medianOf(rows, bare);
const goals = [{ what: `${help} beside ${bare}`, value, limit: 1.5, unit: "×" }] as const;
process.exitCode = tell([{ title: "Start-up", rows, goals, notes: [] }]);
