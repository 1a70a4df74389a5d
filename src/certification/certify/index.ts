export { certify, type Standing } from "./certify.ts";
export type { Candidate, Evidence, PlatformImage } from "./evidence.ts";
export { openNotebook } from "./memory.ts";
export { missingOf } from "./standing.ts";
export type { Way } from "./submit.ts";
