import { type Digest, isDigest } from "../digest.ts";
import { isRepository, isTag } from "../reference.ts";
import { Refusal } from "./answer.ts";

/** What a path of the distribution API is about (distribution-spec, "Endpoints"). */
export type Route =
  | { readonly kind: "base" }
  | { readonly kind: "catalog" }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: Digest | string }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: Digest }
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly id: string }
  | { readonly kind: "tags"; readonly repository: string }
  | { readonly kind: "referrers"; readonly repository: string; readonly digest: Digest };

/** Reads a path as it came over the wire. Throws `Refusal`, also for names that try to leave the layout. */
export function parseRoute(path: string): Route {
  const text = decode(path);
  if (text === "/v2/" || text === "/v2") return { kind: "base" };
  if (text === "/v2/_catalog") return { kind: "catalog" };

  const uploads = /^\/v2\/(.+)\/blobs\/uploads\/?$/.exec(text);
  if (uploads) return { kind: "uploads", repository: repositoryOf(uploads[1]) };
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/.exec(text);
  if (upload) return { kind: "upload", repository: repositoryOf(upload[1]), id: upload[2] ?? "" };
  const blob = /^\/v2\/(.+)\/blobs\/([^/]+)$/.exec(text);
  if (blob) return { kind: "blob", repository: repositoryOf(blob[1]), digest: digestOf(blob[2]) };
  const manifest = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(text);
  if (manifest) return { kind: "manifest", repository: repositoryOf(manifest[1]), reference: referenceOf(manifest[2]) };
  const tags = /^\/v2\/(.+)\/tags\/list$/.exec(text);
  if (tags) return { kind: "tags", repository: repositoryOf(tags[1]) };
  const referrers = /^\/v2\/(.+)\/referrers\/([^/]+)$/.exec(text);
  if (referrers) return { kind: "referrers", repository: repositoryOf(referrers[1]), digest: digestOf(referrers[2]) };
  throw new Refusal(404, "UNSUPPORTED", "There is nothing at this path");
}

/** Reads a digest that a client sent. Throws `Refusal`. */
export function digestOf(text: string | null | undefined): Digest {
  if (typeof text === "string" && isDigest(text)) return text;
  throw new Refusal(400, "DIGEST_INVALID", `"${(text ?? "").slice(0, 140)}" is not a digest`);
}

/** Reads a tag that a client sent. Throws `Refusal`. */
export function tagOf(text: string): string {
  if (isTag(text)) return text;
  throw new Refusal(400, "TAG_INVALID", `"${text.slice(0, 140)}" is not a tag`);
}

/** What is no digest may be a tag; that it is well-formed matters only where one is pushed. */
function referenceOf(text = ""): Digest | string {
  return text.includes(":") ? digestOf(text) : text;
}

function repositoryOf(text = ""): string {
  if (isRepository(text)) return text;
  throw new Refusal(400, "NAME_INVALID", `"${text.slice(0, 140)}" is not a repository name`);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, "NAME_INVALID", "The path is not well encoded");
  }
}
