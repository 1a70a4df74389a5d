export type { Candidate, Evidence, PlatformImage } from "./candidate.ts";
export { certify, type Standing } from "./certify.ts";
export { type Check, examine } from "./examine.ts";
export { type Notebook, openNotebook } from "./memory.ts";
export { type PublicationState, publicationStateOf } from "./publication-state.ts";
export { missingOf } from "./standing.ts";
export type { Way } from "./submit.ts";
