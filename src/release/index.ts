export { type ChartImages, type ChartResolution, chartNode, outcomeOfChart, versionOf } from "./chart-images.ts";
export { findInChart, type RenderedChart } from "./find-in-chart.ts";
export * from "./lock/index.ts";
export { type OpenChart, type OpenChartOptions, openChart } from "./open-chart.ts";
export { outcomeOf, type Pin, type Pins, pinNode } from "./pins.ts";
export { pullLimitWarnings } from "./pull-limits.ts";
export { renderCharts } from "./render-charts.ts";
export { resolvePins } from "./resolve.ts";
export { originOf } from "./source-origin.ts";
