import type { IncomingMessage } from "node:http";
import { errorReply, type Quirk, type Reply, type Seen } from "./quirk.ts";
import { hashOf, type Store, sizeOf, type Upload } from "./store.ts";

interface Asked {
  readonly request: IncomingMessage;
  readonly seen: Seen;
  readonly store: Store;
  readonly quirk: Quirk;
}

/** What a good registry answers. Rejects where the connection breaks. */
export async function answer(asked: Asked): Promise<Reply> {
  const { method, path } = asked.seen;
  const [, repository = "", kind = "", name = ""] =
    /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/([^/]*)$/.exec(path) ?? [];
  switch (kind) {
    case "manifests":
      return method === "PUT" ? putManifest(asked, repository, name) : getManifest(asked, repository, name);
    case "blobs":
      return getBlob(asked, repository, name);
    case "blobs/uploads":
      return method === "POST" ? openUpload(asked, repository) : changeUpload(asked, name);
    case "tags":
      return listTags(asked, repository);
    default:
      return errorReply(404, "UNSUPPORTED", path);
  }
}

async function putManifest(asked: Asked, repository: string, reference: string): Promise<Reply> {
  const { store, seen } = asked;
  const pieces: Buffer[] = [];
  await readBody(asked, (piece) => pieces.push(piece));
  const bytes = Buffer.concat(pieces);
  const { config, layers = [], manifests = [] } = JSON.parse(bytes.toString("utf8")) as Listed;
  const blobs = [...(config === undefined ? [] : [config]), ...layers].filter(({ urls }) => urls === undefined);
  const missing =
    blobs.find(({ digest }) => !store.blobs.has(`${repository} ${digest}`)) ??
    manifests.find(({ digest }) => !store.manifests.has(`${repository} ${digest}`));
  if (missing !== undefined) return errorReply(404, "MANIFEST_BLOB_UNKNOWN", missing.digest);
  store.putManifest(repository, reference, { mediaType: seen.headers["content-type"] ?? "", bytes });
  return { status: 201, headers: { "docker-content-digest": hashOf("sha256", bytes) } };
}

interface Listed {
  readonly config?: Entry;
  readonly layers?: readonly Entry[];
  readonly manifests?: readonly Entry[];
}

interface Entry {
  readonly digest: string;
  readonly urls?: readonly string[];
}

function getManifest({ store }: Asked, repository: string, reference: string): Reply {
  const stored = store.manifests.get(`${repository} ${reference}`);
  if (stored === undefined) return errorReply(404, "MANIFEST_UNKNOWN", "manifest unknown");
  const headers = { "content-type": stored.mediaType, "docker-content-digest": hashOf("sha256", stored.bytes) };
  return { status: 200, headers, body: stored.bytes };
}

function getBlob({ store, seen, quirk }: Asked, repository: string, digest: string): Reply {
  const bytes = store.blobs.get(`${repository} ${digest}`);
  if (bytes === undefined) return errorReply(404, "BLOB_UNKNOWN", "blob unknown");
  const headers = { etag: `"${digest}"`, "accept-ranges": "bytes" };
  const first = Number(/^bytes=(\d+)-$/.exec(seen.headers.range ?? "")?.[1] ?? Number.NaN);
  const condition = seen.headers["if-range"];
  const isSame = condition === undefined || condition === headers.etag;
  if (Number.isNaN(first) || quirk.ranges === "ignored" || !isSame) return { status: 200, headers, body: bytes };
  const range = `bytes ${first}-${bytes.length - 1}/${bytes.length}`;
  return { status: 206, headers: { ...headers, "content-range": range }, body: bytes.subarray(first) };
}

function openUpload({ store, seen }: Asked, repository: string): Reply {
  const mounted = store.blobs.get(`${seen.query.get("from")} ${seen.query.get("mount")}`);
  if (mounted !== undefined) {
    store.blobs.set(`${repository} ${seen.query.get("mount")}`, mounted);
    return { status: 201 };
  }
  return { status: 202, headers: progress(store.openUpload(repository)) };
}

async function changeUpload(asked: Asked, id: string): Promise<Reply> {
  const { store, seen } = asked;
  const upload = store.uploads.get(id);
  if (upload === undefined) return errorReply(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
  if (seen.query.get("state") !== "a/b=") return errorReply(400, "BLOB_UPLOAD_INVALID", "the state was lost");
  switch (seen.method) {
    case "GET":
      return { status: 204, headers: progress(upload) };
    case "DELETE":
      store.uploads.delete(id);
      return { status: 204 };
    case "PATCH":
      return (await addBytes(asked, upload)) ?? { status: 202, headers: progress(upload) };
    case "PUT":
      return (await addBytes(asked, upload)) ?? finish(asked, upload);
    default:
      return errorReply(405, "UNSUPPORTED", seen.method);
  }
}

async function addBytes(asked: Asked, upload: Upload): Promise<Reply | undefined> {
  const { quirk, seen } = asked;
  const start = /^(\d+)-\d+$/.exec(seen.headers["content-range"] ?? "")?.[1];
  if (start !== undefined && Number(start) !== sizeOf(upload)) {
    return { status: 416, headers: progress(upload) };
  }
  if (Number(seen.headers["content-length"] ?? 0) > 0) quirk.beforeBytes?.(upload, seen);
  await readBody(asked, (piece) => upload.pieces.push(piece));
  return undefined;
}

function finish({ store, seen }: Asked, upload: Upload): Reply {
  const digest = seen.query.get("digest") ?? "";
  const bytes = Buffer.concat(upload.pieces);
  store.uploads.delete(upload.id);
  if (hashOf(digest.slice(0, digest.indexOf(":")), bytes) !== digest) {
    return errorReply(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  store.blobs.set(`${upload.repository} ${digest}`, bytes);
  return { status: 201, headers: { location: `/v2/${upload.repository}/blobs/${digest}` } };
}

function progress(upload: Upload): Record<string, string> {
  const location = `/v2/${upload.repository}/blobs/uploads/${upload.id}?state=a%2Fb%3D`;
  return { location, range: `0-${Math.max(0, sizeOf(upload) - 1)}` };
}

async function readBody({ request, seen, quirk }: Asked, take: (piece: Buffer) => void): Promise<void> {
  const limit = quirk.cutUpload?.(seen) ?? Number.POSITIVE_INFINITY;
  for await (const piece of request as AsyncIterable<Buffer>) {
    const left = limit - seen.received;
    (seen as { received: number }).received += Math.min(left, piece.length);
    take(piece.subarray(0, left));
    if (piece.length < left) continue;
    request.socket.resetAndDestroy();
    throw new Error("the connection was broken");
  }
}

/** By pages where the client wants some, each with the address of the next (distribution-spec, "listing tags"). */
function listTags({ store, seen }: Asked, repository: string): Reply {
  const all = store.tags(repository);
  if (all.length === 0) return errorReply(404, "NAME_UNKNOWN", "repository unknown");
  const most = Number(seen.query.get("n") ?? all.length);
  const last = seen.query.get("last") ?? "";
  const rest = all.filter((tag) => tag > last);
  const tags = rest.slice(0, most);
  const next = `/v2/${repository}/tags/list?n=${most}&last=${tags.at(-1)}`;
  const headers = {
    "content-type": "application/json",
    ...(rest.length > most ? { link: `<${next}>; rel="next"` } : {}),
  };
  return { status: 200, headers, body: JSON.stringify({ name: repository, tags }) };
}
