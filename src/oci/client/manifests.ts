import { Failed } from "../../failure/index.ts";
import type { ManifestHead } from "../content.ts";
import { algorithmOf, type Digest, digestOf, hasDigest, isDigest } from "../digest.ts";
import { connectionFailure, discard, type HttpAnswer, readBytes } from "../http/index.ts";
import { type Manifest, parseManifest } from "../manifest.ts";
import { ACCEPT_MANIFESTS } from "../media-types.ts";
import type { ManifestToPut, PutAnswer } from "../registry-client.ts";
import { answerFailure, type Deed, deedOf } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";
import { mismatch } from "./verified.ts";

const LARGEST_MANIFEST = 16 * 1024 * 1024;
const READ_ATTEMPTS = 3;

/** What a HEAD tells of a manifest; a GET where the registry does not answer HEAD, or not fully. */
export async function headManifest(
  wire: Wire,
  repository: string,
  reference: string,
  purpose: "pull" | "push",
  signal: AbortSignal,
): Promise<ManifestHead | undefined> {
  const answer = await ask(wire, "HEAD", repository, reference, purpose, signal);
  discard(answer);
  if (answer.status === 404) return undefined;
  if (answer.status === 200) {
    const head = readHead(answer, reference);
    if (head !== undefined) return head;
  } else if (![400, 405, 501].includes(answer.status)) {
    throw await answerFailure(answer, deedAt(wire, repository, reference, purpose));
  }
  return headByGet(wire, repository, reference, purpose, signal);
}

/** A manifest by tag or digest, its bytes checked against the digest that was asked for or that the server names. */
export async function getManifest(
  wire: Wire,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<Manifest> {
  return (await fetchManifest(wire, repository, reference, "pull", signal)).manifest;
}

/** What a tag stands at, with its ETag, before it is pushed anew; undefined where there is none. */
export async function readTag(
  wire: Wire,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<FetchedManifest | undefined> {
  try {
    return await fetchManifest(wire, repository, tag, "push", signal);
  } catch (error) {
    if (error instanceof Failed && error.failure.code === "registry/not-found") return undefined;
    throw error;
  }
}

interface FetchedManifest {
  readonly manifest: Manifest;
  readonly etag: string | undefined;
}

async function fetchManifest(
  wire: Wire,
  repository: string,
  reference: string,
  purpose: "pull" | "push",
  signal: AbortSignal,
): Promise<FetchedManifest> {
  const deed = deedAt(wire, repository, reference, "pull");
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(wire, "GET", repository, reference, purpose, signal);
    if (answer.status !== 200) throw await answerFailure(answer, deed);
    try {
      return { manifest: await readManifest(answer, reference, deed), etag: answer.headers.etag };
    } catch (error) {
      const passes = error instanceof Failed && error.failure.class === "transient";
      if (!passes || attempt === READ_ATTEMPTS || signal.aborted) throw connectionFailure(error, answer.url, signal);
    }
  }
}

/** Pushes the very bytes under a tag or their digest; with an ETag, only in place of what had it (RFC 9110, 13.1.1). */
export async function putManifest(
  wire: Wire,
  repository: string,
  reference: string,
  manifest: ManifestToPut,
  signal: AbortSignal,
  ifMatch?: string,
): Promise<PutAnswer> {
  const answer = await call(
    wire,
    { repository, actions: "pull,push" },
    {
      method: "PUT",
      url: urlOf(wire, repository, `manifests/${reference}`),
      headers: { "content-type": manifest.mediaType, ...(ifMatch === undefined ? {} : { "if-match": ifMatch }) },
      body: manifest.bytes,
      signal,
    },
  );
  const deed = deedAt(wire, repository, reference, "push");
  if (answer.status < 200 || answer.status > 299) throw await answerFailure(answer, deed);
  discard(answer);
  const named = answer.headers["docker-content-digest"];
  const comparable = typeof named === "string" && isDigest(named) && sameAlgorithm(named, manifest.digest);
  if (comparable && named !== manifest.digest) {
    throw mismatch(`${wire.name} stored another manifest under ${deed.thing} than was sent`, manifest.digest, named);
  }
  return { subject: answer.headers["oci-subject"] === undefined ? "unsaid" : "listed" };
}

function ask(
  wire: Wire,
  method: "GET" | "HEAD",
  repository: string,
  reference: string,
  purpose: "pull" | "push",
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const actions = purpose === "push" ? "pull,push" : "pull";
  const url = urlOf(wire, repository, `manifests/${reference}`);
  return call(wire, { repository, actions }, { method, url, headers: { accept: ACCEPT_MANIFESTS }, signal });
}

async function readManifest(answer: HttpAnswer, reference: string, deed: Deed): Promise<Manifest> {
  const bytes = await readBytes(answer, LARGEST_MANIFEST);
  const digest = checkedDigest(bytes, reference, answer, deed);
  return { ...parseManifest(bytes, answer.headers["content-type"], `${deed.name}/${deed.thing}`), digest };
}

function readHead({ headers }: HttpAnswer, reference: string): ManifestHead | undefined {
  const named = headers["docker-content-digest"];
  const digest = isDigest(reference) ? reference : typeof named === "string" && isDigest(named) ? named : undefined;
  const mediaType = headers["content-type"]?.split(";")[0]?.trim();
  const size = Number(headers["content-length"] ?? Number.NaN);
  if (digest === undefined || !mediaType || !Number.isSafeInteger(size) || size <= 0) return undefined;
  return { digest, mediaType, size };
}

async function headByGet(
  wire: Wire,
  repository: string,
  reference: string,
  purpose: "pull" | "push",
  signal: AbortSignal,
): Promise<ManifestHead | undefined> {
  const answer = await ask(wire, "GET", repository, reference, purpose, signal);
  if (answer.status === 404) {
    discard(answer);
    return undefined;
  }
  const deed = deedAt(wire, repository, reference, "pull");
  if (answer.status !== 200) throw await answerFailure(answer, deed);
  const { digest, mediaType, bytes } = await readManifest(answer, reference, deed);
  return { digest, mediaType, size: bytes.length };
}

function checkedDigest(bytes: Uint8Array, reference: string, { headers }: HttpAnswer, deed: Deed): Digest {
  const named = headers["docker-content-digest"];
  const expected = isDigest(reference) ? reference : typeof named === "string" && isDigest(named) ? named : undefined;
  if (expected === undefined) return digestOf(bytes);
  if (hasDigest(bytes, expected)) return expected;
  throw mismatch(`${deed.name} sent another manifest than ${deed.thing}`, expected, digestOf(bytes));
}

const sameAlgorithm = (a: Digest, b: Digest): boolean => algorithmOf(a) === algorithmOf(b);

const deedAt = (wire: Wire, repository: string, reference: string, kind: Deed["kind"]): Deed =>
  deedOf(wire, repository, `${repository}${isDigest(reference) ? "@" : ":"}${reference}`, kind);
