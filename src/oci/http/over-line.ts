import type { Socket } from "node:net";
import { type Attendant, attend, type Patience } from "./attend.ts";
import type { Line } from "./line.ts";
import type { Lines } from "./lines.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";
import type { AnswerReader, WholeAnswer } from "./whole-answer.ts";
import { WholeStream } from "./whole-stream.ts";

export interface LineUse extends Pick<Patience, "connectMs"> {
  readonly lines: Lines;
  readonly answer: AnswerReader;
  readonly outgoing: Outgoing;
}

/** What goes out over a connection before the answer comes, or while it does. */
export interface Outgoing extends Pick<Attendant, "idleMs" | "pauses"> {
  /** `fail` ends the request, whatever comes. */
  readonly begin: (socket: Socket, fail: (error: Error) => void) => void;
  /** Sends nothing more, and tells whether all of it has left: where it has not, nothing may follow on the connection. */
  readonly end: () => "out" | "cut off";
}

/**
 * One request over a connection, and its short answer. Gives undefined for a GET or HEAD whose answer is long, or out of
 * the ordinary: ask Node's client then. Rejects with an `Error` with a code where the connection or the answer is broken.
 */
export function overLine(line: Line, request: HttpRequest, use: LineUse): Promise<HttpAnswer | undefined> {
  const { socket } = line;
  const { signal, url, method } = request;
  const { lines, answer, outgoing } = use;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      lines.giveBack(line, "closed");
      return reject(signal.reason);
    }
    let address: string | undefined;
    const lost = (error: Error): void => {
      outgoing.end();
      const ended = answer.end();
      if (ended !== undefined) resolve(answerOf(ended, url, address));
      else reject(error);
    };
    const leave = attend(line, request, use, { ...outgoing, lost });
    line.reader = (chunk) => {
      // A connection that is closed does not tell it any more.
      address ??= socket.remoteAddress;
      const progress = answer.add(chunk);
      if (progress === "more") return;
      leave();
      line.reader = undefined;
      const sent = outgoing.end();
      if (progress !== "odd") {
        resolve(answerOf(progress, url, address));
        return lines.giveBack(line, sent === "out" ? progress.connection : "closed");
      }
      lines.giveBack(line, "closed");
      if (method === "GET" || method === "HEAD") resolve(undefined);
      else reject(Object.assign(new Error("the answer is not that of a registry"), { code: "HPE_INVALID_ANSWER" }));
    };
    outgoing.begin(socket, (error) => {
      leave();
      outgoing.end();
      reject(error);
      line.reader = undefined;
      lines.giveBack(line, "closed");
    });
  });
}

function answerOf(
  { status, headers, challenges, body }: WholeAnswer,
  url: URL,
  address: string | undefined,
): HttpAnswer {
  let stream: WholeStream | undefined;
  return {
    status,
    headers,
    challenges,
    url,
    whole: body,
    get body() {
      stream ??= new WholeStream(body);
      return stream;
    },
    address,
  };
}
