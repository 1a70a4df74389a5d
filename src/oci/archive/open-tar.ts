import { type FileHandle, open } from "node:fs/promises";
import { Failed } from "../../failure/index.ts";
import { readCatalogue } from "../layout/catalogue.ts";
import { blobParts } from "./blob-parts.ts";
import { layoutEntries, type Span } from "./entries.ts";
import { notAnArchive, truncated, unreadable } from "./failures.ts";
import type { Piece } from "./piece.ts";
import { contentAt, readTar } from "./tar/read-tar.ts";

/** An index of a hundred thousand images has less. */
const LARGEST_INDEX = 128 * 1024 * 1024;
const LARGEST_MARKER = 4096;

/** Opens a tar that is an OCI layout: its headers and its index are read, its blobs are not. */
export async function openTar(file: string): Promise<Piece> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const { index, layoutFile, blobs } = layoutEntries(await readTar(handle, { name: file, end: "needed" }), file);
    await checkMarker(handle, layoutFile, file);
    if (index.size > LARGEST_INDEX) throw notAnArchive(file, `its index.json has ${index.size} bytes`);
    const catalogue = readCatalogue(await textAt(handle, index, file), `index.json in ${file}`);
    return {
      file,
      catalogue,
      blobs: new Map([...blobs].map(([digest, { size }]) => [digest, size])),
      reads: blobParts(new Map([...blobs].map(([digest, span]) => [digest, { handle, name: file, ...span }])), file),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error instanceof Failed ? error : unreadable(file, error);
  }
}

async function checkMarker(handle: FileHandle, span: Span, file: string): Promise<void> {
  const text = span.size > LARGEST_MARKER ? "" : await textAt(handle, span, file);
  let version: unknown;
  try {
    version = (JSON.parse(text) as { imageLayoutVersion?: unknown } | null)?.imageLayoutVersion;
  } catch {
    version = undefined;
  }
  if (version !== "1.0.0") throw notAnArchive(file, "its oci-layout file does not say imageLayoutVersion 1.0.0");
}

async function textAt(handle: FileHandle, { offset, size }: Span, file: string): Promise<string> {
  const bytes = await contentAt(handle, offset, size);
  if (bytes.length < size) throw truncated(file, "it has become shorter while it was read");
  return bytes.toString("utf8");
}
