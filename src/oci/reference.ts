import { Failed } from "../failure/index.ts";
import { type Digest, isDigest } from "./digest.ts";

/** A reference taken apart: `host/repository[:tag][@digest]`. */
export interface Reference {
  /** As written, `docker.io` where none was: `quay.io`, `127.0.0.1:5000`. */
  readonly host: string;
  /** Without the host; `library/` is put before single names on Docker Hub. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const HOST = /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9.-]+:\d+|\[[0-9a-fA-F:]+\](?::\d+)?)$/;
const DOCKER_HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** True for a tag as distribution-spec, "Pulling manifests", writes it. */
export const isTag = (text: string): boolean => TAG.test(text);

/** True for a repository name as distribution-spec writes it, without its host. */
export const isRepository = (text: string): boolean => REPOSITORY.test(text) && text.length <= 255;

/** True for a host that a reference may start with: it has a dot or a port, or is `localhost`. */
export const isHost = (text: string): boolean => HOST.test(text);

/** True for a host, with its port or without, that is this machine: it is spoken to without TLS unless told otherwise. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);

/**
 * Reads a reference as docker does: no host means Docker Hub, and a single name there is below `library/`.
 * Throws `Failed` (`oci/bad-reference`) that says which part is wrong.
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf("@");
  const digestText = at === -1 ? undefined : text.slice(at + 1);
  if (digestText !== undefined && !isDigest(digestText)) throw bad(text, `"${digestText}" is not a digest`);
  const named = at === -1 ? text : text.slice(0, at);

  const slash = named.indexOf("/");
  const first = slash === -1 ? "" : named.slice(0, slash);
  const host = isHost(first) ? first : "docker.io";
  const rest = isHost(first) ? named.slice(slash + 1) : named;

  const colon = rest.lastIndexOf(":");
  const tag = colon === -1 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) throw bad(text, `"${tag}" is not a tag`);
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const hub = DOCKER_HUB.has(host);
  const repository = hub && path !== "" && !path.includes("/") ? `library/${path}` : path;
  if (!isRepository(repository))
    throw bad(text, repository === "" ? "it has no repository" : `"${path}" is not a repository name`);

  return { host: hub ? "docker.io" : host, repository, tag, digest: digestText };
}

/** The reference as text; tag and digest where it has them. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.host}/${reference.repository}${tag}${digest}`;
}

function bad(text: string, why: string): Failed {
  return new Failed({
    code: "oci/bad-reference",
    class: "usage",
    message: `"${text}" is not a reference: ${why}`,
    hint: "Write host/repository:tag or host/repository@sha256:…, the repository in lower case",
  });
}
