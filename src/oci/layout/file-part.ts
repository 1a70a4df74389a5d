import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { handOut, onAbort, retire, takeBuffer } from "../http/index.ts";
import type { ByteFile } from "./byte-file.ts";
import { becameShorter } from "./failures.ts";

/** Some of a file's bytes. */
export interface FilePart {
  readonly handle: Pick<ByteFile, "read">;
  /** For messages. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Reads a part of a file, into buffers that are used again where the reader gives them back. */
export function readPart(part: FilePart, signal?: AbortSignal): Readable {
  const stream = new PartStream(part);
  if (signal === undefined) return stream;
  const aborted = (): void => void stream.destroy(signal.reason);
  if (signal.aborted) aborted();
  else stream.once("close", onAbort(signal, aborted));
  return stream;
}

/** Reads a part of a file that nobody has opened: it is open while it is read. */
export function readPartOf(file: string, offset: number, size: number, signal?: AbortSignal): Readable {
  let opened: Promise<FileHandle> | undefined;
  let reading: Promise<unknown> | undefined;
  const read: ByteFile["read"] = async (...where) => {
    opened ??= open(file);
    const some = (await opened).read(...where);
    reading = some;
    return some;
  };
  const close = async (): Promise<void> => {
    const handle = await opened;
    // Whoever gives the stream up may do so in the middle of a read.
    await Promise.allSettled([reading]);
    await handle?.close();
  };
  const stream = readPart({ handle: { read }, name: file, offset, size }, signal);
  stream.once("close", () => void close().catch(() => {}));
  return stream;
}

class PartStream extends Readable {
  readonly #part: FilePart;
  #at: number;
  #left: number;

  constructor(part: FilePart) {
    super({ highWaterMark: 256 * 1024 });
    this.#part = part;
    this.#at = part.offset;
    this.#left = part.size;
  }

  override _read(): void {
    if (this.#left === 0) {
      this.push(null);
      return;
    }
    const buffer = takeBuffer();
    const { handle, name } = this.#part;
    handle.read(buffer, 0, Math.min(buffer.length, this.#left), this.#at).then(
      ({ bytesRead }) => {
        if (bytesRead === 0) return this.destroy(becameShorter(name));
        this.#at += bytesRead;
        this.#left -= bytesRead;
        const chunk = handOut(buffer, 0, bytesRead);
        retire(buffer);
        this.push(chunk);
      },
      (error: Error) => this.destroy(error),
    );
  }
}
