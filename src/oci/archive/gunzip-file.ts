import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { ByteFile } from "../layout/byte-file.ts";
import { badTar, truncated } from "./failures.ts";

/** Readers at work in one file; each stands somewhere and goes on from there. */
const MOST_CURSORS = 8;

interface Cursor {
  at: number;
  rest: Buffer;
  busy: boolean;
  readonly chunks: AsyncIterator<Buffer>;
}

/**
 * What a gzip file holds, read at any place without writing it anywhere: bytes before that place are decompressed and
 * passed over, so reading forward is cheap and reading back begins anew. Fails with `archive/truncated` and
 * `archive/bad-tar`.
 */
export function gunzipFile(file: string): ByteFile {
  let cursors: Cursor[] = [];
  let size: number | undefined;

  /** The nearest that stands at or before the place, or a new one. */
  function take(position: number): Cursor {
    const [near] = cursors.filter(({ busy, at }) => !busy && at <= position).sort((a, b) => b.at - a.at);
    const cursor = near ?? { at: 0, rest: Buffer.alloc(0), busy: false, chunks: chunksOf(file) };
    cursor.busy = true;
    cursors = [...cursors.filter((one) => one !== cursor), cursor];
    const idle = cursors.filter(({ busy }) => !busy);
    if (cursors.length > MOST_CURSORS && idle[0] !== undefined) drop(idle[0]);
    return cursor;
  }

  function drop(cursor: Cursor): void {
    cursors = cursors.filter((one) => one !== cursor);
    void cursor.chunks.return?.().catch(() => {});
  }

  /** True while there are bytes. */
  async function fill(cursor: Cursor): Promise<boolean> {
    while (cursor.rest.length === 0) {
      const next = await cursor.chunks.next().catch((error: unknown) => {
        throw explained(file, error);
      });
      if (next.done === true) return false;
      cursor.rest = next.value;
    }
    return true;
  }

  function pass(cursor: Cursor, count: number): Buffer {
    const passed = cursor.rest.subarray(0, count);
    cursor.rest = cursor.rest.subarray(passed.length);
    cursor.at += passed.length;
    return passed;
  }

  async function read(buffer: Buffer, offset: number, length: number, position: number) {
    const cursor = take(position);
    try {
      while (cursor.at < position) {
        if (!(await fill(cursor))) return { bytesRead: 0 };
        pass(cursor, position - cursor.at);
      }
      if (!(await fill(cursor))) return { bytesRead: 0 };
      const bytes = pass(cursor, length);
      bytes.copy(buffer, offset);
      return { bytesRead: bytes.length };
    } catch (error) {
      drop(cursor);
      throw error;
    } finally {
      cursor.busy = false;
    }
  }

  async function stat() {
    if (size === undefined) {
      const cursor: Cursor = { at: 0, rest: Buffer.alloc(0), busy: true, chunks: chunksOf(file) };
      while (await fill(cursor)) pass(cursor, cursor.rest.length);
      size = cursor.at;
    }
    return { size };
  }

  return {
    read,
    stat,
    close: async () => {
      for (const cursor of cursors) drop(cursor);
    },
  };
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const compressed = createReadStream(file, { highWaterMark: 256 * 1024 });
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  compressed.once("error", (error) => plain.destroy(error));
  try {
    yield* compressed.pipe(plain) as AsyncIterable<Buffer>;
  } finally {
    compressed.destroy();
    plain.destroy();
  }
}

function explained(file: string, error: unknown): unknown {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return truncated(file, "what it compresses has no end");
  return code.startsWith("Z_") ? badTar(file, `it cannot be decompressed: ${message}`) : error;
}
