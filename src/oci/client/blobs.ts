import type { Readable } from "node:stream";
import type { Failed } from "../../failure/index.ts";
import { type Digest, shortDigest } from "../digest.ts";
import { connectionFailure, discard, fullJitter, type HttpAnswer, pause } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import { answerFailure, type Deed, deedOf } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";
import { askElsewhere } from "./foreign.ts";
import { type Feed, mismatch, verified } from "./verified.ts";

/** From here on it counts how bytes are read; below, how many requests go over one connection. */
const BULK_BYTES = 256 * 1024;

/** Whether a repository has a blob. A redirect says that it has: there is no need to follow it. */
export async function hasBlob(wire: Wire, repository: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const url = urlOf(wire, repository, `blobs/${digest}`);
  const scope = { repository, actions: "pull,push" } as const;
  let answer = await call(wire, scope, { method: "HEAD", url, redirects: "stay", signal });
  discard(answer);
  if (answer.status === 405 || answer.status === 501) {
    answer = await call(wire, scope, {
      method: "GET",
      url,
      redirects: "stay",
      headers: { range: "bytes=0-0" },
      signal,
    });
    if (answer.status < 400) discard(answer);
  }
  // 416: it is there, and empty.
  if ((answer.status >= 200 && answer.status < 400) || answer.status === 416) return true;
  if (answer.status === 404) return false;
  throw await answerFailure(answer, deedOf(wire, repository, `${repository}@${shortDigest(digest)}`, "push"));
}

/** A blob's bytes from `from` on. All of it is verified as it passes; where the connection breaks, it is read on. */
export async function openBlob(
  wire: Wire,
  repository: string,
  blob: Descriptor,
  from: number,
  signal: AbortSignal,
): Promise<Readable> {
  const validators: Validators = { etag: undefined };
  const begin = wire.checkpoints.takeBefore(blob.digest, from);
  const feedFrom = (offset: number): Promise<Feed> => fetchFrom(wire, repository, blob, offset, validators, signal);
  let reached = begin?.offset ?? 0;
  let losses = 0;
  return verified(await feedFrom(reached), {
    blob,
    from,
    begin,
    reopen: async (offset, lost) => {
      losses = offset > reached ? 1 : losses + 1;
      reached = Math.max(reached, offset);
      const { backoff } = wire.http;
      if (lost.failure.class !== "transient" || losses > backoff.attempts) throw lost;
      await pause(fullJitter(losses - 1, backoff), signal);
      return feedFrom(offset);
    },
    onClose: (checkpoints) => wire.checkpoints.keep(blob.digest, checkpoints),
  });
}

interface Validators {
  /** What the first answer was known by, where it was of the strong kind. */
  etag: string | undefined;
}

/**
 * Asks for a blob's bytes from an offset on, always at the registry: a signed address of the store may have expired.
 * All of it comes where the store does not know ranges, or sends another part than was asked for.
 */
async function fetchFrom(
  wire: Wire,
  repository: string,
  blob: Descriptor,
  offset: number,
  validators: Validators,
  signal: AbortSignal,
): Promise<Feed> {
  const url = urlOf(wire, repository, `blobs/${blob.digest}`);
  const condition = validators.etag === undefined ? {} : { "if-range": validators.etag };
  const bulk = blob.size - offset > BULK_BYTES ? ({ answer: "bulk" } as const) : {};
  const headers = offset === 0 ? {} : { range: `bytes=${offset}-`, ...condition };
  const scope = { repository, actions: "pull" } as const;
  const request = { method: "GET", headers, ...bulk, signal } as const;
  const own = await call(wire, scope, { ...request, url });
  const answer = own.status === 404 ? await askElsewhere(wire, own, scope, blob, request) : own;
  const deed = deedOf(wire, repository, `${repository}@${shortDigest(blob.digest)}`, "pull");
  if (answer.status === 206 && offset > 0) {
    if (answer.headers["content-range"] === `bytes ${offset}-${blob.size - 1}/${blob.size}`) {
      return feedOf(wire, answer, offset, signal);
    }
  } else if (answer.status !== 416 || offset === 0) {
    if (answer.status !== 200) throw await answerFailure(answer, deed);
    checkLength(answer, blob, deed);
    const { etag } = answer.headers;
    validators.etag = etag?.startsWith('"') === true ? etag : undefined;
    return feedOf(wire, answer, 0, signal);
  }
  discard(answer);
  return fetchFrom(wire, repository, blob, 0, validators, signal);
}

function feedOf({ name, base }: Wire, answer: HttpAnswer, start: number, signal: AbortSignal): Feed {
  const { url, whole } = answer;
  // Whoever really sends the bytes: a registry often refers to a store elsewhere.
  const sender = url.origin === base.origin ? name : `${url.host} (for ${name})`;
  const explain = (error: Error): Failed => connectionFailure(error, url, signal);
  return {
    // Made only where it is read.
    get body() {
      return answer.body;
    },
    whole,
    start,
    sender,
    explain,
  };
}

function checkLength(answer: HttpAnswer, { size }: Descriptor, { name, thing }: Deed): void {
  const length = answer.headers["content-length"];
  if (length === undefined || Number(length) === size) return;
  answer.body.on("error", () => {}).destroy();
  throw mismatch(`${name} has ${length} bytes for ${thing}, and its manifest says ${size}`);
}
