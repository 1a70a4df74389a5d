export { type ChartArchive, readArchive } from "./archive.ts";
export type { VendoredDependency } from "./assemble.ts";
export { type ChartValues, chartValues } from "./chart-values.ts";
export { type PulledChart, type PullOptions, pullChart } from "./pull.ts";
export type { RegistryFor } from "./repository.ts";
export { unpackChart } from "./unpack.ts";
export { type VendoredChart, type VendorOptions, vendorDependencies } from "./vendor.ts";
