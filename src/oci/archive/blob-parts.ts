import { Readable } from "node:stream";
import type { Digest } from "../digest.ts";
import { type FilePart, readPart } from "../layout/file-part.ts";
import type { BlobReads } from "../layout/reading.ts";
import { checkBytes, verified } from "../layout/verify.ts";
import type { Descriptor } from "../manifest.ts";
import { damaged, notInArchive } from "./failures.ts";
import { contentAt } from "./tar/read-tar.ts";

/** No manifest is larger: it is read into memory as a whole. */
const LARGEST_MANIFEST = 16 * 1024 * 1024;

/** Reads blobs where they stand in a file. */
export function blobParts(parts: ReadonlyMap<Digest, FilePart>, name: string): BlobReads {
  const partOf = (blob: Descriptor): FilePart => {
    const part = parts.get(blob.digest);
    if (part === undefined) throw notInArchive(name, blob.digest);
    if (part.size !== blob.size) throw damaged(part.name, blob.digest, `it has ${part.size} of ${blob.size} bytes`);
    return part;
  };

  async function read(blob: Descriptor): Promise<Uint8Array> {
    const { handle, offset, size, name: file } = partOf(blob);
    if (size > LARGEST_MANIFEST) throw damaged(file, blob.digest, `no manifest has ${size} bytes`);
    const bytes = await contentAt(handle, offset, size);
    checkBytes(bytes, blob, file);
    return bytes;
  }

  return {
    size: async (digest) => parts.get(digest)?.size,
    read,
    readIfThere: async (blob) => (parts.has(blob.digest) ? read(blob) : undefined),
    open: async (blob, signal) => {
      const part = partOf(blob);
      return verified(readPart(part, signal), blob, (why) => damaged(part.name, blob.digest, why));
    },
    range: (digest, { first, last }) => {
      const part = parts.get(digest);
      if (last < first) return Readable.from([]);
      if (part === undefined) throw notInArchive(name, digest);
      return readPart({ ...part, offset: part.offset + first, size: Math.min(last, part.size - 1) - first + 1 });
    },
  };
}
