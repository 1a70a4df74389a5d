export { BUILDERS, type BuildCommands, type BuildRequest, commandsFor, type KnownBuilder } from "./builders.ts";
export { type BaseReference, basesOf, withBases } from "./dockerfile.ts";
export { type BuildInputs, type HashedInputs, hashInputs } from "./inputs.ts";
