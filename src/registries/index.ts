export type { Connections, Location } from "./connections.ts";
export type { PublicationState, PublicName } from "./kind.ts";
export { waysOf } from "./kinds.ts";
export { type OpenOptions, openConnections } from "./open.ts";
