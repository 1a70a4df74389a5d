import { unreachable } from "../../failure/index.ts";
import { Refusal, sendEmpty } from "./answer.ts";
import { cancelUpload, continueUpload, finishUpload, openUpload, showUpload } from "./blob-uploads.ts";
import { deleteBlob, sendBlob } from "./blobs.ts";
import type { Exchange, WritingExchange } from "./exchange.ts";
import { sendCatalog, sendReferrers, sendTags } from "./listings.ts";
import { deleteManifest, putManifest, sendManifest } from "./manifests.ts";
import type { Route } from "./route.ts";
import type { Uploads } from "./uploads.ts";

type Answer<E extends Exchange> = (exchange: E) => Promise<void> | void;

/** What can be done at a path: what only reads, and what writes. */
interface Answers {
  readonly reads: Readonly<Record<string, Answer<Exchange>>>;
  readonly writes?: Readonly<Record<string, Answer<WritingExchange>>>;
}

/** Answers a request of the distribution API. Throws `Refusal`, and `Failed` of the layout. */
export async function handle(route: Route, exchange: Exchange, uploads: Uploads | undefined): Promise<void> {
  const { reads, writes = {} } = answersOf(route);
  const method = exchange.request.method ?? "";
  const read = reads[method === "HEAD" ? "GET" : method];
  if (read !== undefined) return read(exchange);
  const write = writes[method];
  const { content } = exchange;
  if (write !== undefined && content.access === "writable" && uploads !== undefined) {
    return write({ ...exchange, layout: content.layout, uploads });
  }
  const possible = [...Object.keys(reads), ...(content.access === "writable" ? Object.keys(writes) : [])];
  const why = write === undefined ? `${method} is not possible here` : "This registry is read-only";
  throw new Refusal(405, "UNSUPPORTED", why, { Allow: possible.join(", ") });
}

function answersOf(route: Route): Answers {
  switch (route.kind) {
    case "base":
      return { reads: { GET: ({ response }) => sendEmpty(response, 200) } };
    case "catalog":
      return { reads: { GET: sendCatalog } };
    case "tags":
      return { reads: { GET: (exchange) => sendTags(exchange, route.repository) } };
    case "referrers":
      return { reads: { GET: (exchange) => sendReferrers(exchange, route.repository, route.digest) } };
    case "manifest":
      return {
        reads: { GET: (exchange) => sendManifest(exchange, route.repository, route.reference) },
        writes: {
          PUT: (exchange) => putManifest(exchange, route.repository, route.reference),
          DELETE: (exchange) => deleteManifest(exchange, route.repository, route.reference),
        },
      };
    case "blob":
      return {
        reads: { GET: (exchange) => sendBlob(exchange, route.digest) },
        writes: { DELETE: (exchange) => deleteBlob(exchange, route.digest) },
      };
    case "uploads":
      return { reads: {}, writes: { POST: (exchange) => openUpload(exchange, route.repository) } };
    case "upload":
      return {
        reads: {},
        writes: {
          GET: (exchange) => showUpload(exchange, route.repository, route.id),
          PATCH: (exchange) => continueUpload(exchange, route.repository, route.id),
          PUT: (exchange) => finishUpload(exchange, route.repository, route.id),
          DELETE: (exchange) => cancelUpload(exchange, route.repository, route.id),
        },
      };
    default:
      return unreachable(route);
  }
}
