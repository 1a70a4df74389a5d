export {
  type BackoffOptions,
  createHostPauses,
  defaultBackoff,
  fullJitter,
  type HostPauses,
  parseRetryAfter,
  pause,
  persistently,
} from "./backoff.ts";
export { discard, readBytes, readExcerpt } from "./body.ts";
export { giveBack, giveWholeBack, handOut, retire, takeBuffer } from "./buffers.ts";
export { cancelled, connectionFailure, isPassing } from "./connection-failure.ts";
export { gathered } from "./gathered.ts";
export { createHttp, type Http, type HttpOptions } from "./http.ts";
export { type HttpAnswer, type HttpRequest, isStreamBody, type Method, type StreamBody } from "./message.ts";
export { onAbort } from "./on-abort.ts";
export { proxiesIn } from "./proxies.ts";
export { addressesFrom, resolveUrl } from "./redirect.ts";
export { WholeStream } from "./whole-stream.ts";
export { createHostWindows, type HostWindows } from "./windows.ts";
