import { Failed, type Failure } from "../../failure/index.ts";
import { type Credentials, inWords } from "../auth/index.ts";
import { type HttpAnswer, parseRetryAfter, readExcerpt } from "../http/index.ts";
import { wordsOf } from "./answer-words.ts";
import type { Wire } from "./call.ts";
import { denied, unauthorized } from "./refused.ts";

/** What was being done when a registry answered otherwise than hoped. */
export interface Deed {
  /** The registry's name. */
  readonly name: string;
  /** What it was about, without the host: `team/app:1.2`. */
  readonly thing: string;
  readonly kind: "pull" | "push" | "list";
  /** Those that were sent with it; undefined where there were none. */
  readonly sent: () => Promise<Credentials | undefined>;
}

/** What is done to a thing of a repository. */
export const deedOf = (
  wire: Pick<Wire, "name" | "authorizer">,
  repository: string,
  thing: string,
  kind: Deed["kind"],
): Deed => ({
  name: wire.name,
  thing,
  kind,
  sent: () => wire.authorizer.sent(repository),
});

interface ErrorEntry {
  readonly code: string;
  readonly message: string;
}

/** Turns an answer that is none of those hoped for into a failure with the server's own words as detail. */
export async function answerFailure(answer: HttpAnswer, deed: Deed): Promise<Failed> {
  const body = await readExcerpt(answer, 16 * 1024);
  const entries = parseErrors(body);
  const failure =
    wordsOf(answer.status, body, deed) ??
    (isProjectMissing(answer, deed)
      ? noProject(deed)
      : classify(answer.status, entries, body, deed, await deed.sent()));
  const detail = detailOf(answer.status, entries, body);
  const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], Date.now());
  return new Failed({ ...failure, detail }, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** The codes of an answer in the form of distribution-spec's errors; none where it has another form. */
export async function errorCodes(answer: HttpAnswer): Promise<ReadonlySet<string>> {
  return new Set(parseErrors(await readExcerpt(answer, 16 * 1024)).map(({ code }) => code));
}

function classify(
  status: number,
  entries: readonly ErrorEntry[],
  body: string,
  deed: Deed,
  sent: Credentials | undefined,
): Failure {
  const { name, thing, kind } = deed;
  const codes = new Set(entries.map((entry) => entry.code));
  if (kind === "push" && status >= 400 && status < 500) {
    if (/immutab|TAG_ALREADY_EXISTS|ImageTagAlreadyExists/i.test(body)) return immutableTag(name, thing);
    if (codes.has("MANIFEST_BLOB_UNKNOWN") || codes.has("BLOB_UNKNOWN")) return blobUnknown(name, thing);
    if (codes.has("DIGEST_INVALID") || codes.has("SIZE_INVALID")) return digestRefused(name, thing);
  }
  if (status === 407) return proxyRefused(name, thing);
  if (status === 412) return tagMoved(name, thing);
  if (status === 401) return unauthorized(deed, sent);
  if (status === 403 || codes.has("DENIED")) return denied(deed, sent);
  if (status === 404) return notFound(deed, codes);
  if (status === 413) return tooLarge(deed);
  if (kind === "push" && (status === 405 || status === 501)) return unsupported(deed);
  if (status === 429 || codes.has("TOOMANYREQUESTS")) return rateLimited(deed, sent);
  if (status >= 500) {
    return {
      code: "registry/server-error",
      class: "transient",
      message: `${name} failed at ${thing} with status ${status}`,
      hint: "Run again later; what has arrived is not sent twice",
    };
  }
  return {
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `${name} answered ${thing} with status ${status}`,
    hint: "Look at what it said; some registries refuse media types or names that others take",
  };
}

/** Harbor refuses a push to a project that is not there as if nobody had signed in, and offers no way to. */
function isProjectMissing({ status, challenges }: HttpAnswer, { kind }: Deed): boolean {
  return kind === "push" && status === 401 && challenges.every((challenge) => challenge.trim() === "");
}

function noProject({ name, thing }: Deed): Failure {
  return {
    code: "registry/denied",
    class: "permanent",
    message: `${name} refuses ${thing} and does not say how to sign in: its project may not exist`,
    hint: "Create the project first, or correct its name in the config",
  };
}

function tooLarge({ name, thing }: Deed): Failure {
  return {
    code: "registry/too-large",
    class: "permanent",
    message: `${name} takes no body as large as that of ${thing}`,
    hint: "Raise the limit of the proxy in front of it (client_max_body_size in nginx)",
  };
}

function unsupported({ name, thing }: Deed): Failure {
  return {
    code: "registry/unsupported",
    class: "permanent",
    message: `${name} does not allow ${thing} to be pushed in this way`,
    hint: "Check that the address is that of a registry which can be pushed to, not of a cache",
  };
}

/** A tag that cannot be moved. */
export function immutableTag(name: string, thing: string): Failure {
  return {
    code: "registry/immutable-tag",
    class: "conflict",
    message: `${name}/${thing} is published already and its tag may not be moved`,
    hint: "Publish under a new tag, or delete the one at the registry if that was a mistake",
  };
}

function proxyRefused(name: string, thing: string): Failure {
  return {
    code: "registry/proxy-refused",
    class: "permanent",
    message: `The proxy before ${name} wants credentials, or does not accept these, for ${thing}`,
    hint: "Write them into the address, as in HTTPS_PROXY=http://user:password@proxy:3128, or except the host with NO_PROXY",
  };
}

function tagMoved(name: string, thing: string): Failure {
  return {
    code: "registry/tag-moved",
    class: "transient",
    message: `${name}/${thing} was changed by somebody else just now`,
    hint: "Run again",
  };
}

function blobUnknown(name: string, thing: string): Failure {
  return {
    code: "registry/blob-unknown",
    class: "transient",
    message: `${name} misses blobs that ${thing} needs, though it had confirmed them`,
    hint: "Run again; if it stays, the registry's storage has lost them",
  };
}

function digestRefused(name: string, thing: string): Failure {
  return {
    code: "registry/digest-mismatch",
    class: "transient",
    message: `${name} received other bytes of ${thing} than were sent`,
    hint: "Run again; if it stays, look for a proxy that changes what passes through it",
  };
}

function notFound({ name, thing, kind }: Deed, codes: ReadonlySet<string>): Failure {
  const known = codes.has("MANIFEST_UNKNOWN") ? "The repository is there: check the tag or digest" : undefined;
  return {
    code: "registry/not-found",
    class: "permanent",
    message: kind === "push" ? `${name} has no place for ${thing}` : `${name} has no ${thing}`,
    hint:
      kind === "push"
        ? "Create the project or repository first, or let the config create it"
        : (known ?? "Check the name, and log in if it is private: some registries hide what you may not see"),
  };
}

function rateLimited({ name, thing }: Deed, sent: Credentials | undefined): Failure {
  return {
    code: "registry/rate-limited",
    class: "transient",
    message: `${name} allows no more requests for now, at ${thing}`,
    hint:
      sent === undefined
        ? "Log in, which raises the limit on most registries, or run again later"
        : `Run again later: it counts for ${inWords(sent)}`,
  };
}

function parseErrors(body: string): ErrorEntry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [];
  }
  const errors = (parsed as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return [];
  return errors.map((entry: { code?: unknown; message?: unknown } | null) => ({
    code: typeof entry?.code === "string" ? entry.code.toUpperCase() : "",
    message: typeof entry?.message === "string" ? entry.message : "",
  }));
}

function detailOf(status: number, entries: readonly ErrorEntry[], body: string): string[] {
  if (entries.length > 0) return entries.slice(0, 5).map(({ code, message }) => `${status} ${code}: ${message}`);
  const text = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return [text === "" ? `status ${status}` : `${status} ${text.slice(0, 300)}`];
}
