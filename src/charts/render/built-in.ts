import { readFile } from "node:fs/promises";
import { answerTo, type EngineLimits, engine } from "./engine.ts";
import { type ChartFiles, readChart } from "./read-chart.ts";
import { notRendered, unreadable } from "./refusals.ts";
import type { ChartRequest, Rendered, RenderedDocument, RenderProblem, ValuesSource } from "./request.ts";

/** What the engine answers; helm/request.go has the same. */
interface Answer {
  readonly documents: readonly RenderedDocument[] | null;
  readonly problems: readonly RenderProblem[] | null;
  readonly warnings: readonly string[] | null;
  readonly error?: RenderProblem;
}

interface Piece {
  readonly name: string;
  readonly data: Uint8Array;
  readonly tooLarge?: boolean;
}

/** Renders with helm's engine in WebAssembly, in a thread of its own. */
export async function renderBuiltIn(request: ChartRequest, limits: EngineLimits): Promise<Rendered> {
  const [chart, values] = await Promise.all([
    readChart(request.chart, request.overlay),
    Promise.all((request.values ?? []).map(readValues)),
    engine(),
  ]);
  const text = await answerTo(encoded(request, chart, values), { ...limits, chart: request.chart });
  const answer = JSON.parse(text) as Answer;
  if (answer.error !== undefined) throw notRendered(request.chart, answer.error);
  const problems = answer.problems ?? [];
  return {
    documents: answer.documents ?? [],
    missing: problems.filter(({ kind }) => kind === "required").map(({ kind: _, ...missing }) => missing),
    problems: problems.filter(({ kind }) => kind !== "required"),
    warnings: answer.warnings ?? [],
    engine: "built-in",
  };
}

async function readValues(source: ValuesSource): Promise<Piece> {
  if ("text" in source) return { name: source.name, data: Buffer.from(source.text) };
  const data = await readFile(source.file).catch((error) => {
    throw unreadable(source.file, error);
  });
  return { name: source.file, data };
}

/** One line of JSON, and then the bytes of all files. */
function encoded(request: ChartRequest, chart: ChartFiles, values: readonly Piece[]): Uint8Array {
  const head = {
    form: chart.form,
    files: chart.files.map(described),
    values: values.map(described),
    set: request.set ?? [],
    setString: request.setString ?? [],
    releaseName: request.releaseName ?? "release-name",
    namespace: request.namespace ?? "default",
    kubeVersion: request.kubeVersion ?? "",
    apiVersions: request.apiVersions ?? [],
    includeCrds: request.crds === "included",
    goOn: request.whenWrong === "goes-on",
  };
  const data = [...chart.files, ...values].map((piece) => piece.data);
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...data]);
}

function described({ name, data, tooLarge = false }: Piece) {
  return { name, size: data.length, tooLarge };
}
