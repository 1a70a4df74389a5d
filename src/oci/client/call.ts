import { Failed } from "../../failure/index.ts";
import type { Authorizer, Scope } from "../auth/index.ts";
import { discard, type Http, type HttpAnswer, type HttpRequest, isStreamBody } from "../http/index.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { type PullLimit, readPullLimit } from "./pull-limit.ts";
import type { UploadManner } from "./upload-manner.ts";
import type { HeedWarnings } from "./warnings.ts";

/** One registry as the requests below see it. */
export interface Wire {
  /** The host as references write it, for messages. */
  readonly name: string;
  /** Where it is reached. */
  readonly base: URL;
  readonly http: Http;
  readonly authorizer: Authorizer;
  readonly checkpoints: Checkpoints;
  /** How this registry has shown that it takes blobs. */
  readonly manner: UploadManner;
  readonly heedWarnings: HeedWarnings;
  /** As the last answer that told of it had it. */
  pullLimit: PullLimit | undefined;
}

/**
 * Sends a request as whoever the scope needs. A 401 is answered once with other or newer credentials, at any moment:
 * tokens end in the middle of long work. Credentials go to the registry's own origin alone.
 */
export async function call(wire: Wire, scope: Scope, request: HttpRequest): Promise<HttpAnswer> {
  const answer = await authorizedAnswer(wire, scope, request);
  if (answer.headers.warning !== undefined) wire.heedWarnings(answer);
  wire.pullLimit = readPullLimit(answer) ?? wire.pullLimit;
  return answer;
}

async function authorizedAnswer(wire: Wire, scope: Scope, request: HttpRequest): Promise<HttpAnswer> {
  const { http, authorizer, base } = wire;
  if (request.url.origin !== base.origin) return http.send(request);
  const sent = await authorizer.header(scope, request.signal);
  const answer = await http.send(authorized(request, sent));
  if (answer.status !== 401 || answer.url.origin !== base.origin) return answer;
  const renewed = await authorizer.renew(scope, answer, sent, request.signal);
  if (renewed === undefined) return answer;
  discard(answer);
  if (isStreamBody(request.body)) throw sendAgain(wire, scope);
  return http.send(authorized(request, renewed));
}

/** The address of something below a repository. */
export function urlOf({ base }: Wire, repository: string, path: string): URL {
  return new URL(`/v2/${repository}/${path}`, base);
}

function authorized(request: HttpRequest, header: string | undefined): HttpRequest {
  return header === undefined ? request : { ...request, headers: { ...request.headers, authorization: header } };
}

/** The new token is kept for the next attempt: a stream that has begun cannot go twice. */
function sendAgain({ name }: Wire, { repository }: Scope): Failed {
  return new Failed({
    code: "registry/unauthorized",
    class: "transient",
    message: `${name} wanted a newer token in the middle of an upload to ${repository}`,
    hint: "Run again; what has arrived is not sent twice",
  });
}
