export { warmUp as warmUpEngine } from "./engine.ts";
export { manifestOf } from "./manifest.ts";
export { renderChart } from "./render.ts";
export type {
  ChartRequest,
  EngineName,
  MissingValue,
  ProblemKind,
  Rendered,
  RenderedDocument,
  RenderOptions,
  RenderProblem,
  TemplatePlace,
  ValuesSource,
} from "./request.ts";
