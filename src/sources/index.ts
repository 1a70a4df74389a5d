export { type AtCommit, textAtCommit } from "./at-commit.ts";
export { listTags, type OpenedSource, openSource, type SourceOptions, type SourceOrigin } from "./open.ts";
export type { SourcePin } from "./pin.ts";
