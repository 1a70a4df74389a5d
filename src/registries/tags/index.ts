export { openTagHistories, type TagHistory } from "./open.ts";
export type { RequestLimit } from "./request-limit.ts";
export type { ToldTag } from "./told-tag.ts";
