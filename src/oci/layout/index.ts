export type { BlobWriter } from "./blob-writer.ts";
export type { ByteRange } from "./blobs.ts";
export type { Collected } from "./collect.ts";
export type { Contents } from "./contents.ts";
export type { Layout } from "./layout.ts";
export { openLayout } from "./layout.ts";
export type { ReadableLayout } from "./reading.ts";
export type { StoreRequest } from "./store.ts";
export { storeImage } from "./store.ts";
