import type { Socket } from "node:net";
import type { Patience } from "./attend.ts";
import type { Lines } from "./lines.ts";
import type { HttpAnswer, HttpRequest, StreamBody } from "./message.ts";
import { type Outgoing, overLine } from "./over-line.ts";
import { requestHead } from "./request-head.ts";
import { type Sending, sendStream } from "./send-stream.ts";
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

function streaming(head: string, body: StreamBody, idleMs: number): Outgoing {
  let sending: Sending | undefined;
  let to: Socket | undefined;
  let handedOver = false;
  const patience = (): number => (handedOver ? COMMIT_PATIENCE * idleMs : idleMs);
  return {
    begin: (socket, fail) => {
      to = socket;
      socket.write(head, "latin1");
      const ended = (): void => {
        handedOver = true;
        if (!socket.connecting) socket.setTimeout(patience());
      };
      sending = sendStream(body, socket, { ended, fail });
    },
    idleMs: patience,
    pauses: () => !handedOver && sending?.waitsFor() === "source",
    end: () => {
      sending?.stop();
      return handedOver && to?.writableLength === 0 ? "out" : "cut off";
    },
  };
}
