import { dial, handOn, type Line, type LineOptions } from "./line.ts";

/** Of all such connections: who is given a piece copies what it keeps before the next is read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** For answers that are gathered. */
export function openShortLine(options: LineOptions): Line {
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
