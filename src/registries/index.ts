export type { RegistryApi } from "./api.ts";
export { nameInArchive } from "./archive.ts";
export type { Connections, Location } from "./connections.ts";
export * from "./harbor/index.ts";
export type { Preparation, PublicationState, PublicName } from "./kind.ts";
export { waysOf } from "./kinds.ts";
export { type OpenOptions, openConnections } from "./open.ts";
export { type Prepared, prepareQuayRepository } from "./quay-repository.ts";
export { type Finding, isWorse, type Scan, type ScanReader, scanReaderOf } from "./scans/index.ts";
