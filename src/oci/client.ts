import type { Failure } from "../failure/index.ts";
import { type CredentialsFor, createAuthorizer } from "./auth/index.ts";
import { hasBlob, openBlob } from "./client/blobs.ts";
import type { Wire } from "./client/call.ts";
import { createCheckpoints } from "./client/checkpoints.ts";
import { getManifest, headManifest, putManifest, readTag } from "./client/manifests.ts";
import { mountBlob } from "./client/mount.ts";
import { listReferrers } from "./client/referrers.ts";
import { firstTags, listTags } from "./client/tags.ts";
import { createUploadManner } from "./client/upload-manner.ts";
import { cancelUpload } from "./client/upload-session.ts";
import { uploadBlob } from "./client/uploads.ts";
import { createWarnings } from "./client/warnings.ts";
import { createHttp, type HttpOptions } from "./http/index.ts";
import { isLoopback } from "./reference.ts";
import type { RegistryClient } from "./registry-client.ts";

export interface RegistryOptions extends HttpOptions {
  /** The host as references write it: `docker.io`, `quay.io`, `127.0.0.1:5000`. */
  readonly host: string;
  /** Where it is really reached, as in `https://cache.example.com`; by itself {@link defaultUrl}. */
  readonly url?: string;
  /** Asked once for each repository, and not before the registry wants credentials. */
  readonly credentials?: CredentialsFor;
  /** Told every password and token before it is used, so that output can be masked. */
  readonly onSecret?: (secret: string) => void;
  /** Told once of each thing that the registry warns of (`Warning: 299`). */
  readonly onWarning?: (warning: Failure) => void;
  /** Milliseconds since the epoch; tokens are replaced by it. */
  readonly now?: () => number;
}

/** A client for one registry: distribution-spec v1.1, and what registries do besides. It opens nothing by itself. */
export function createRegistry(options: RegistryOptions): RegistryClient {
  const http = createHttp(options);
  const { credentials = async () => undefined, onSecret = () => {}, onWarning = () => {}, now = Date.now } = options;
  const wire: Wire = {
    name: options.host,
    base: new URL(options.url ?? defaultUrl(options.host)),
    http,
    authorizer: createAuthorizer({ name: options.host, http, credentials, onSecret, now }),
    checkpoints: createCheckpoints(),
    manner: createUploadManner(),
    heedWarnings: createWarnings(options.host, onWarning),
    pullLimit: undefined,
  };
  return {
    name: options.host,
    getManifest: (repository, reference, signal) => getManifest(wire, repository, reference, signal),
    headManifest: (repository, reference, signal, purpose = "pull") =>
      headManifest(wire, repository, reference, purpose, signal),
    putManifest: (repository, reference, manifest, signal, ifMatch) =>
      putManifest(wire, repository, reference, manifest, signal, ifMatch),
    readTag: (repository, tag, signal) => readTag(wire, repository, tag, signal),
    listReferrers: (repository, digest, signal) => listReferrers(wire, repository, digest, signal),
    firstTags: (repository, pages, signal) => firstTags(wire, repository, pages, signal),
    hasBlob: (repository, digest, signal) => hasBlob(wire, repository, digest, signal),
    openBlob: (repository, blob, signal) => openBlob(wire, repository, blob, 0, signal),
    openBlobFrom: (repository, blob, from, signal) => openBlob(wire, repository, blob, from, signal),
    uploadBlob: (repository, blob, signal, session) => uploadBlob(wire, repository, blob, signal, session),
    mountBlob: (repository, digest, from, signal) => mountBlob(wire, repository, digest, from, signal),
    cancelUpload: (session) => cancelUpload(wire, session),
    listTags: (repository, signal) => listTags(wire, repository, signal),
    pullLimit: () => wire.pullLimit,
    roundTripMs: () => http.roundTripMs(wire.base),
    expect: (requests) => void http.expect(wire.base, requests),
    close: http.close,
  };
}

/** Docker Hub is reached under another name than the one in references, and this machine without TLS. */
export function defaultUrl(host: string): string {
  if (host === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(host) ? "http" : "https"}://${host}`;
}
