import { errorReply, firstTimes, isBlob, type Profile, type Quirk, type Reply, type Seen } from "../quirk.ts";

/** After so many bytes the first download of each larger blob breaks. */
export const BREAK_AT = 150_000;

/** How blobs come, or do not. */
export const downloadProfiles: readonly Profile[] = [
  {
    name: "reset-download-at-byte-N",
    imitates: "a connection that breaks in the middle of a download",
    client: "Go on from that byte: Range with If-Range, 206 with the right Content-Range",
    source: "skopeo#1627, ggcr#2084",
    quirk: () => breaking(),
  },
  {
    name: "ranges-ignored",
    imitates: "a break, and a store that sends everything again whatever range is asked for",
    client: "Pass over what it has and go on with the rest",
    source: "RFC 9110, 14.2",
    quirk: () => ({ ...breaking(), ranges: "ignored" }),
  },
  {
    name: "wrong-content-range",
    imitates: "a break, and a cache that answers 206 with another part than was asked for",
    client: "Use nothing of it, and start the blob again",
    source: "oci-client checklist 21",
    quirk: () => {
      const { after } = breaking();
      return {
        after: (reply, seen, inside) =>
          reply.status === 206
            ? { ...reply, headers: { ...reply.headers, "content-range": "bytes 7-9/10" } }
            : (after?.(reply, seen, inside) ?? reply),
      };
    },
  },
  {
    name: "truncated-blob",
    imitates: "a proxy that ends a body early as if it were whole",
    client: "Notice by the size, and ask for the rest",
    source: "oc-mirror#793",
    quirk: () => {
      const first = firstTimes();
      return {
        after: (reply, seen) => {
          if (!isLarge(reply, seen) || !first(seen.path)) return reply;
          const body = Buffer.from(reply.body ?? "").subarray(0, BREAK_AT);
          return {
            ...reply,
            headers: { ...reply.headers, "transfer-encoding": "chunked", "content-length": [] },
            body,
          };
        },
      };
    },
  },
  {
    name: "lying-blob",
    imitates: "a registry or cache whose copy of a blob is damaged",
    client: "Name whoever sent it, and publish nothing of it",
    source: "distribution-spec, content verification",
    quirk: () => ({
      after: (reply, seen) => {
        if (!isLarge(reply, seen)) return reply;
        const body = Buffer.from(reply.body ?? "");
        body.writeUInt8(body.readUInt8(1000) ^ 1, 1000);
        return { ...reply, body };
      },
    }),
  },
  {
    name: "redirect-to-other-origin",
    imitates: "blobs at S3 or a CDN: 307 to a signed address that refuses other credentials",
    client: "Follow it without the registry's credentials",
    source: "distribution, storage redirects",
    quirk: () => redirecting(() => "valid"),
  },
  {
    name: "presigned-url-expired",
    imitates: "a break after which the signed address has expired",
    client: "Ask the registry for a new address and go on from there",
    source: "oci-client checklist 21",
    quirk: () => {
      const { after } = breaking();
      const first = firstTimes();
      return {
        ...redirecting((signature) => (first(signature) ? "valid" : "expired")),
        ...(after === undefined ? {} : { after }),
      };
    },
  },
  {
    name: "redirect-to-private-address",
    imitates: "a public registry that points into the private network of whoever asks",
    client: "Refuse to go there",
    source: "oci-client checklist 7",
    quirk: () => ({
      before: (seen) =>
        isBlob(seen) ? { status: 307, headers: { location: "http://169.254.169.254/latest/meta-data/" } } : undefined,
    }),
  },
];

function isLarge(reply: Reply, seen: Seen): boolean {
  return isBlob(seen) && seen.method === "GET" && reply.status === 200 && (reply.body?.length ?? 0) > BREAK_AT;
}

function breaking(): Quirk {
  const first = firstTimes();
  return {
    after: (reply, seen) => (isLarge(reply, seen) && first(seen.path) ? { ...reply, cutAfter: BREAK_AT } : reply),
  };
}

/** Blobs are had at the same server under its other name, by an address that is signed anew each time. */
function redirecting(judge: (signature: string) => "valid" | "expired"): Quirk {
  let signatures = 0;
  return {
    before: (seen, { url }) => {
      if (!isBlob(seen) || seen.method !== "GET") return undefined;
      const signature = seen.query.get("signature");
      if (signature === null) {
        signatures += 1;
        const store = url.replace("127.0.0.1", "localhost");
        return { status: 307, headers: { location: `${store}${seen.path}?signature=${signatures}` } };
      }
      if (seen.headers.authorization !== undefined) return { status: 400, body: "<Error>two authorizations</Error>" };
      return judge(signature) === "valid" ? undefined : errorReply(403, "DENIED", "Request has expired");
    },
  };
}
