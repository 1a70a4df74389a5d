import { open } from "node:fs/promises";
import { Failed } from "../../failure/index.ts";
import type { ByteFile } from "../layout/byte-file.ts";
import { readCatalogue } from "../layout/catalogue.ts";
import { becameShorter } from "../layout/failures.ts";
import { blobParts } from "./blob-parts.ts";
import { namedByDocker } from "./docker/names.ts";
import { openDockerTar } from "./docker/open.ts";
import { layoutEntries, type Span } from "./entries.ts";
import { notAnArchive, unreadable } from "./failures.ts";
import { gunzipFile } from "./gunzip-file.ts";
import type { Piece } from "./piece.ts";
import { contentAt, readTar, type TarEntry } from "./tar/read-tar.ts";

/** An index of a hundred thousand images has less. */
const LARGEST_INDEX = 128 * 1024 * 1024;
const LARGEST_MARKER = 4096;

/**
 * Opens a tar, plain or with gzip, that is an OCI layout, or else in the form of `docker save`: its headers and its
 * index are read, its blobs are not. `calls` is what its only image is called, where a list says so.
 */
export async function openTar(file: string, calls?: string): Promise<Piece> {
  const handle = await openBytes(file);
  try {
    const entries = await readTar(handle, { name: file, end: "needed" });
    if (isDockerTar(entries)) return await openDockerTar({ file, handle, entries, calls });
    const { index, layoutFile, blobs } = layoutEntries(entries, file);
    await checkMarker(handle, layoutFile, file);
    if (index.size > LARGEST_INDEX) throw notAnArchive(file, `its index.json has ${index.size} bytes`);
    const text = await textAt(handle, index, file);
    const catalogue = namedByDocker(readCatalogue(text, `index.json in ${file}`), calls);
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

/** Docker 25 and later write both forms into one tar: the layout has the digests that the image had. */
function isDockerTar(entries: readonly TarEntry[]): boolean {
  const names = new Set(entries.map(({ name }) => name.replace(/^\.\//, "")));
  return names.has("manifest.json") && !(names.has("oci-layout") && names.has("index.json"));
}

async function openBytes(file: string): Promise<ByteFile> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0);
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return handle;
  await handle.close();
  return gunzipFile(file);
}

async function checkMarker(handle: ByteFile, span: Span, file: string): Promise<void> {
  const text = span.size > LARGEST_MARKER ? "" : await textAt(handle, span, file);
  let version: unknown;
  try {
    version = (JSON.parse(text) as { imageLayoutVersion?: unknown } | null)?.imageLayoutVersion;
  } catch {
    version = undefined;
  }
  if (version !== "1.0.0") throw notAnArchive(file, "its oci-layout file does not say imageLayoutVersion 1.0.0");
}

async function textAt(handle: ByteFile, { offset, size }: Span, file: string): Promise<string> {
  const bytes = await contentAt(handle, offset, size);
  if (bytes.length < size) throw becameShorter(file);
  return bytes.toString("utf8");
}
