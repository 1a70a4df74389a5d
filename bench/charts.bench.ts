/**
 * Rendering, and finding images in what was rendered, beside `helm template`, in turns. A chart with what it depends on in it is named by
 * MIRROR_BENCH_CHART; without one the own chart of the tests is rendered, which is small.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderChart } from "../src/charts/render/index.ts";
import { tell } from "./comparison.ts";
import { compare, isInstalled, medianOf, rounds, runProgram } from "./measure.ts";

const chart =
  process.env.MIRROR_BENCH_CHART ?? fileURLToPath(new URL("../test/fixtures/charts/powers", import.meta.url));
const helm = "helm template";
const once = "one rendering in a program of its own";
const found = "one rendering with its images found, in a program of its own";
const again = "rendering again in one program";

if (!isInstalled("helm")) {
  console.error("helm is not on PATH: there is nothing to compare with");
  process.exit(1);
}

const source = fileURLToPath(new URL("../src/charts/render/index.ts", import.meta.url));
const finding = fileURLToPath(new URL("../src/charts/find/index.ts", import.meta.url));
const [bundled, bundledFinding] = [
  bundle("charts", `await renderChart({ chart: process.argv[2], releaseName: "r" });`),
  bundle(
    "images",
    `import { findImages } from ${JSON.stringify(finding)};
    const { documents } = await renderChart({ chart: process.argv[2], releaseName: "r", crds: "included" });
    if (findImages(documents).images.length === 0) throw new Error("no images");`,
  ),
];
const rows = await compare(
  [
    { name: helm, work: () => runProgram("helm", ["template", "r", chart], ".") },
    { name: once, work: () => runProgram(process.execPath, [bundled, chart], ".") },
    { name: found, work: () => runProgram(process.execPath, [bundledFinding, chart], ".") },
    { name: again, work: async () => void (await renderChart({ chart, releaseName: "r" })) },
  ],
  rounds(11),
);
rmSync(bundled);
rmSync(bundledFinding);
const { documents } = await renderChart({ chart, releaseName: "r" });
const { helm: version } = JSON.parse(readFileSync(new URL("../helm/engine.json", import.meta.url), "utf8"));
const goals = [once, found, again].map(
  (name) =>
    ({
      what: `${name} beside ${helm}`,
      value: medianOf(rows, name) / medianOf(rows, helm),
      limit: 5,
      unit: "×",
    }) as const,
);
const notes = [`${documents.length} documents; the engine is that of helm ${version}, the command ${commandVersion()}`];
process.exitCode = tell([{ title: `Rendering ${chart}`, rows, goals, notes }]);

/** As in the program that is shipped: one file, nothing to be translated at its start. */
function bundle(name: string, work: string): string {
  const script = `import { renderChart } from ${JSON.stringify(source)};\n${work}`;
  const into = fileURLToPath(new URL(`../dist/${name}.bench.mjs`, import.meta.url));
  const esbuild = fileURLToPath(new URL("../node_modules/.bin/esbuild", import.meta.url));
  const options = ["--bundle", "--format=esm", "--platform=node", "--target=node20", `--outfile=${into}`];
  const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  execFileSync(esbuild, [...options, `--banner:js=${banner}`, "--log-level=error"], { input: script });
  return into;
}

function commandVersion(): string {
  return execFileSync("helm", ["version", "--template", "{{.Version}}"], { encoding: "utf8" });
}
