import { BUFFER_BYTES, handOut, retire, takeBuffer } from "./buffers.ts";
import { dial, handOn, type Line, type LineOptions } from "./line.ts";

/** What a TLS record holds at most: room for less is not worth a read. */
const LEAST_ROOM = 16 * 1024;

/** For large bodies: read into large buffers. Reads that come in one turn of the event loop are handed on as one. */
export function openBulkLine(options: LineOptions): Line {
  let buffer = takeBuffer();
  let filled = 0;
  let handedOn = 0;
  let due: NodeJS.Immediate | undefined;
  const flush = (): void => {
    if (due !== undefined) clearImmediate(due);
    due = undefined;
    if (filled === handedOn) return;
    const chunk = handOut(buffer, handedOn, filled);
    handedOn = filled;
    handOn(line, chunk);
  };
  const socket = dial(options, {
    // Asked for after each read: only then may what is read into be another one.
    buffer: () => buffer.subarray(filled),
    callback: (bytes) => {
      filled += bytes;
      if (BUFFER_BYTES - filled >= LEAST_ROOM) {
        due ??= setImmediate(flush);
        return true;
      }
      flush();
      retire(buffer);
      buffer = takeBuffer();
      filled = 0;
      handedOn = 0;
      return true;
    },
  });
  const line: Line = { socket, used: "new", ready: false, reader: undefined, flush };
  return line;
}
