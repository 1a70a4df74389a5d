import type { Patience } from "./attend.ts";
import { giveBack } from "./buffers.ts";
import type { Lines } from "./lines.ts";
import type { HttpAnswer, HttpRequest, StreamBody } from "./message.ts";
import { type Outgoing, overLine } from "./over-line.ts";
import { requestHead } from "./request-head.ts";
import { COMMIT_PATIENCE } from "./short.ts";
import { AnswerReader } from "./whole-answer.ts";

export interface LongOptions extends Patience {
  readonly lines: Lines;
  readonly addresses: "any" | "public";
}

/**
 * A request with a long body and its short answer: the body goes from its stream to the socket, at the pace at which the
 * server takes it. It goes once, whatever happens. Rejects with an `Error` with a code where the connection or the answer
 * is broken, and with the stream's own error where that fails.
 */
export async function exchangeLong(
  request: HttpRequest,
  body: StreamBody,
  { lines, addresses, connectMs, idleMs }: LongOptions,
): Promise<HttpAnswer> {
  const head = requestHead(request, body.size);
  const line = await lines.take(request.url, addresses);
  const answer = new AnswerReader(request.method);
  const outgoing = streaming(head, body, idleMs);
  const answered = await overLine(line, request, { lines, answer, outgoing, connectMs });
  if (answered === undefined) throw new Error(`${request.method} has no body`);
  return answered;
}

function streaming(head: string, { size, stream, onBytes }: StreamBody, idleMs: number): Outgoing {
  let state: "waits for bytes" | "waits for the server" | "out" | "cut off" = "waits for bytes";
  let left = size;
  let stop = (): void => {};
  const patience = (): number => (state === "out" ? COMMIT_PATIENCE * idleMs : idleMs);
  return {
    begin: (socket, fail) => {
      const send = (chunk: Uint8Array): void => {
        left -= chunk.length;
        if (left < 0) {
          fail(tooMany());
          return;
        }
        onBytes?.(chunk.length);
        const taken = socket.write(chunk, (error) => {
          if (!error) giveBack(chunk);
        });
        if (taken) return;
        state = "waits for the server";
        stream.pause();
      };
      const goOn = (): void => {
        if (state !== "waits for the server") return;
        state = "waits for bytes";
        stream.resume();
      };
      const ended = (): void => {
        if (left > 0) {
          fail(endedEarly());
          return;
        }
        state = "out";
        if (!socket.connecting) socket.setTimeout(patience());
      };
      const closed = (): void => {
        if (!stream.readableEnded) fail(stream.errored ?? endedEarly());
      };
      stop = () => {
        if (state !== "out" || socket.writableLength > 0) state = "cut off";
        socket.off("drain", goOn);
        stream.off("data", send).off("end", ended).off("error", fail).off("close", closed);
      };
      // It may have been lost while a connection was waited for.
      if (stream.destroyed) {
        fail(stream.errored ?? endedEarly());
        return;
      }
      socket.on("drain", goOn).write(head, "latin1");
      stream.on("end", ended).on("error", fail).on("close", closed).on("data", send);
    },
    idleMs: patience,
    pauses: () => state === "waits for bytes",
    end: () => {
      stop();
      if (state === "out") return "out";
      state = "cut off";
      stream.on("error", () => {}).destroy();
      return "cut off";
    },
  };
}

export const endedEarly = (): Error => new Error("The bytes to send ended before their end");
export const tooMany = (): Error => new Error("There are more bytes to send than was said");
