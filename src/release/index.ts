export { type ChartImages, type ChartResolution, chartNode, outcomeOfChart } from "./chart-images.ts";
export * from "./lock/index.ts";
export { outcomeOf, type Pin, type Pins, pinNode } from "./pins.ts";
export { pullLimitWarnings } from "./pull-limits.ts";
export { renderCharts } from "./render-charts.ts";
export { resolvePins } from "./resolve.ts";
