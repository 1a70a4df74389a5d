import type { Writable } from "node:stream";
import { giveBack } from "./buffers.ts";
import type { StreamBody } from "./message.ts";

export interface Sending {
  /** What the bytes that are still to be sent wait for. */
  readonly waitsFor: () => "source" | "server";
  /** Sends nothing more, and lets go of the stream. */
  readonly stop: () => void;
}

/**
 * Sends as many bytes of a stream as were said, at the pace at which they are taken. `fail` is told of what the stream
 * fails with, and where it has more or fewer; `ended` once all are handed over.
 */
export function sendStream(
  { size, stream, onBytes }: StreamBody,
  to: Writable,
  { ended, fail }: { readonly ended: () => void; readonly fail: (error: Error) => void },
): Sending {
  let left = size;
  let waitsFor: "source" | "server" = "source";
  const send = (chunk: Uint8Array): void => {
    left -= chunk.length;
    if (left < 0) {
      fail(new Error("There are more bytes to send than was said"));
      return;
    }
    onBytes?.(chunk.length);
    const taken = to.write(chunk, (error) => {
      if (!error) giveBack(chunk);
    });
    if (taken) return;
    waitsFor = "server";
    stream.pause();
  };
  const goOn = (): void => {
    if (waitsFor === "source") return;
    waitsFor = "source";
    stream.resume();
  };
  const end = (): void => {
    if (left > 0) fail(endedEarly());
    else ended();
  };
  const closed = (): void => {
    if (!stream.readableEnded) fail(stream.errored ?? endedEarly());
  };
  const stop = (): void => {
    to.off("drain", goOn);
    stream.off("data", send).off("end", end).off("error", fail).off("close", closed);
    stream.on("error", () => {}).destroy();
  };
  to.on("drain", goOn);
  stream.on("end", end).on("error", fail).on("close", closed);
  // It may have been lost while a connection was waited for: then nothing tells of it any more.
  if (stream.destroyed) closed();
  else stream.on("data", send);
  return { waitsFor: () => waitsFor, stop };
}

const endedEarly = (): Error => new Error("The bytes to send ended before their end");
