import { dial, handOn, type Line, type LineOptions } from "./line.ts";

/** Most answers are shorter. */
const BUFFER_BYTES = 32 * 1024;

/** For answers that are gathered: read into one small buffer, again and again. */
export function openShortLine(options: LineOptions): Line {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const socket = dial(options, {
    buffer,
    callback: (bytes) => {
      handOn(line, buffer.subarray(0, bytes));
      return true;
    },
  });
  const line: Line = { socket, used: "new", ready: false, reader: undefined, flush: () => {} };
  return line;
}
