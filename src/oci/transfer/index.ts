export { type Journal, type JournalOptions, openJournal } from "./journal.ts";
export { type ImageToRead, type ReadImages, readImages } from "./read-images.ts";
export type { CopyRequest, CopyResult, Measure, Survey } from "./request.ts";
export { createTransfer, type Transfer, type TransferOptions } from "./transfer.ts";
export { type ImageTree, loadTree } from "./tree.ts";
