import { errorReply, firstTimes, isUpload, type Profile, type Quirk, type Reply, type Seen } from "../quirk.ts";

/** The first body of each blob that is larger than this is cut in the middle. */
export const CUT_AT = 150_000;
/** What a proxy lets through at once. */
export const BODY_LIMIT = 100_000;
/** The least length of a chunk, where there is one. */
export const CHUNK_MIN = 120_000;

/** How registries take blobs, and how they lose them. */
export const uploadProfiles: readonly Profile[] = [
  {
    name: "reset-upload-at-byte-N",
    imitates: "a connection that breaks in the middle of an upload; the registry keeps what it got",
    client: "Ask how far it got and send only the rest",
    source: "skopeo#2419, ggcr#1392",
    quirk: () => cutOnce(),
  },
  {
    name: "upload-lost-with-its-connection",
    imitates: "distribution 2: a broken connection leaves an upload whose address is no longer valid",
    client: "Start the blob again",
    source: "distribution#3141",
    quirk: () => ({
      ...cutOnce(),
      before: (seen) =>
        isUpload(seen) && seen.method === "GET" ? errorReply(404, "BLOB_UPLOAD_INVALID", "wrong offset") : undefined,
    }),
  },
  {
    name: "ghcr-last-patch-wins",
    imitates: "GHCR: of several bodies to one upload only the last is kept",
    client: "Send a blob as one body; when one that was continued arrives wrong, send all of it again",
    source: "ocync, registry notes",
    quirk: () => ({
      ...cutOnce(),
      beforeBytes: (upload) => {
        upload.pieces = [];
      },
      // It does not look at where a body says it belongs.
      after: (reply, seen) => pretendRange(reply, seen, CUT_AT - 1),
    }),
  },
  {
    name: "ecr-range-stuck",
    imitates: "ECR: Range keeps saying 0-0, whatever has arrived",
    client: "Trust its own count; where it has none, start the blob again",
    source: "aws/containers-roadmap#2831",
    quirk: () => ({ ...cutOnce(), after: (reply, seen) => pretendRange(reply, seen, 0) }),
  },
  {
    name: "zot-range-short",
    imitates: "Zot: Range tells of fewer bytes than it has, and a body from there is refused with 416",
    client: "Start the blob again",
    source: "regclient#961",
    quirk: () => ({ ...cutOnce(), after: (reply, seen) => pretendRange(reply, seen, CUT_AT - 2) }),
  },
  {
    name: "range-beyond-what-was-sent",
    imitates: "a registry that claims more bytes than it was sent",
    client: "Believe nothing that cannot be, and start the blob again",
    source: "oci-client checklist 18",
    quirk: () => ({ ...cutOnce(), after: (reply, seen) => pretendRange(reply, seen, 2_000_000_000) }),
  },
  {
    name: "cloudflare-100mb-413",
    imitates: "Cloudflare and nginx: 413 for any body above a limit",
    client: "Send chunks that fit, this blob and those after it",
    source: "apple/container#698, bnema/gordon#58",
    quirk: () => limited({ status: 413, body: "<html><center><h1>413 Request Entity Too Large</h1></center></html>" }),
  },
  {
    name: "acr-put-limit",
    imitates: "Azure: a PUT with a large body is refused, chunks are taken",
    client: "Send chunks",
    source: "ocync, registry notes; azure-sdk-for-python#29738",
    quirk: () => ({
      before: (seen) => {
        const large = isUpload(seen) && seen.method === "PUT" && lengthOf(seen) > 0;
        return large ? errorReply(405, "UNSUPPORTED", "the operation is unsupported") : undefined;
      },
    }),
  },
  {
    name: "chunk-min-length",
    imitates: "registries on S3 (Harbor, distribution): chunks below OCI-Chunk-Min-Length are refused",
    client: "Make every chunk but the last as long as that",
    source: "distribution-spec, pushing a blob in chunks",
    quirk: () => {
      const ended = new Set<string>();
      return {
        before: (seen) => {
          if (isUpload(seen) && lengthOf(seen) > CUT_AT) return { status: 413 };
          if (seen.method !== "PATCH") return undefined;
          if (ended.has(seen.path)) return errorReply(416, "SIZE_INVALID", "the chunk before was too small");
          if (lengthOf(seen) < CHUNK_MIN) ended.add(seen.path);
          return undefined;
        },
        after: (reply, seen) =>
          seen.method === "POST"
            ? { ...reply, headers: { ...reply.headers, "oci-chunk-min-length": String(CHUNK_MIN) } }
            : reply,
      };
    },
  },
  {
    name: "201-on-patch",
    imitates: "ECR: 201 for a chunk, where the specification has 202",
    client: "Go on as after 202",
    source: "regclient, ECR notes",
    quirk: () => ({
      ...limited({ status: 413 }),
      after: (reply, seen) => (seen.method === "PATCH" && reply.status === 202 ? { ...reply, status: 201 } : reply),
    }),
  },
  {
    name: "204-on-put",
    imitates: "old registries: 204 for a finished upload",
    client: "Take it as done",
    source: "docker registry HTTP API V2",
    quirk: () => ({
      after: (reply, seen) => (seen.method === "PUT" && reply.status === 201 ? { ...reply, status: 204 } : reply),
    }),
  },
  {
    name: "gar-no-patch",
    imitates: "Google: PATCH is not known, and nothing can be continued",
    client: "Send a blob as one body, and after a break all of it again",
    source: "ocync, registry notes",
    quirk: () => ({
      ...cutOnce(),
      before: (seen) =>
        isUpload(seen) && (seen.method === "PATCH" || seen.method === "GET" || seen.headers["content-range"])
          ? { status: 405 }
          : undefined,
    }),
  },
  {
    name: "relative-location-with-query",
    imitates: "distribution: the upload's address is relative and carries its state in the query",
    client: "Keep the query as it is and add the digest",
    source: "distribution-spec, pushing blobs",
    quirk: () => ({}),
  },
  {
    name: "upload-at-another-origin",
    imitates: "registries that take bytes at their storage: Location names another host, with a signature",
    client: "Send the bytes there, and the credentials only to the registry",
    source: "oci-client checklist 7 and 17",
    quirk: () => ({
      after: (reply, seen, { url }) => {
        if (reply.status !== 202 || seen.method !== "POST") return reply;
        const location = new URL(String(reply.headers?.location), url.replace("127.0.0.1", "localhost")).href;
        return { ...reply, headers: { ...reply.headers, location } };
      },
    }),
  },
];

const lengthOf = ({ headers }: Seen): number => Number(headers["content-length"] ?? 0);

function cutOnce(): Quirk {
  const first = firstTimes();
  return { cutUpload: (seen) => (lengthOf(seen) > CUT_AT && first("") ? CUT_AT : undefined) };
}

function limited(reply: Reply): Quirk {
  return { before: (seen) => (isUpload(seen) && lengthOf(seen) > BODY_LIMIT ? reply : undefined) };
}

function pretendRange(reply: Reply, seen: Seen, last: number): Reply {
  if (!isUpload(seen) || reply.headers?.range === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, range: `0-${last}` } };
}
