import { unreachable } from "../../failure/index.ts";
import { Refusal, sendEmpty } from "./answer.ts";
import { cancelUpload, continueUpload, finishUpload, openUpload, showUpload } from "./blob-uploads.ts";
import { deleteBlob, sendBlob } from "./blobs.ts";
import type { Exchange } from "./exchange.ts";
import { sendCatalog, sendReferrers, sendTags } from "./listings.ts";
import { deleteManifest, putManifest, sendManifest } from "./manifests.ts";
import type { Route } from "./route.ts";

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
type Answer = (exchange: Exchange) => Promise<void> | void;

/** Answers a request of the distribution API. Throws `Refusal`, and `Failed` of the layout. */
export async function handle(route: Route, exchange: Exchange): Promise<void> {
  const answers = answersOf(route);
  const method = exchange.request.method as Method;
  const answer = answers[method] ?? (method === "HEAD" ? answers.GET : undefined);
  if (answer === undefined) {
    const allowed = Object.keys(answers).join(", ");
    throw new Refusal(405, "UNSUPPORTED", `${exchange.request.method} is not possible here`, { Allow: allowed });
  }
  await answer(exchange);
}

function answersOf(route: Route): Partial<Record<Method, Answer>> {
  switch (route.kind) {
    case "base":
      return { GET: ({ response }) => sendEmpty(response, 200) };
    case "catalog":
      return { GET: sendCatalog };
    case "tags":
      return { GET: (exchange) => sendTags(exchange, route.repository) };
    case "referrers":
      return { GET: (exchange) => sendReferrers(exchange, route.repository, route.digest) };
    case "manifest":
      return {
        GET: (exchange) => sendManifest(exchange, route.repository, route.reference),
        PUT: (exchange) => putManifest(exchange, route.repository, route.reference),
        DELETE: (exchange) => deleteManifest(exchange, route.repository, route.reference),
      };
    case "blob":
      return {
        GET: (exchange) => sendBlob(exchange, route.digest),
        DELETE: (exchange) => deleteBlob(exchange, route.digest),
      };
    case "uploads":
      return { POST: (exchange) => openUpload(exchange, route.repository) };
    case "upload":
      return {
        GET: (exchange) => showUpload(exchange, route.repository, route.id),
        PATCH: (exchange) => continueUpload(exchange, route.repository, route.id),
        PUT: (exchange) => finishUpload(exchange, route.repository, route.id),
        DELETE: (exchange) => cancelUpload(exchange, route.repository, route.id),
      };
    default:
      return unreachable(route);
  }
}
