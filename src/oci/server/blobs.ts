import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Digest } from "../digest.ts";
import type { ByteRange } from "../layout/index.ts";
import { Refusal, sendEmpty } from "./answer.ts";
import type { Exchange, WritingExchange } from "./exchange.ts";

/** GET and HEAD: the blob, or the part of it that Range asks for (RFC 9110, section 14). */
export async function sendBlob({ request, response, content, layout }: Exchange, digest: Digest): Promise<void> {
  // Who asks whether a blob is there means to refer to it next: it is not collected meanwhile.
  if (request.method === "HEAD" && content.access === "writable") await content.layout.keepBlob(digest);
  const size = await layout.blobSize(digest);
  if (size === undefined) throw blobUnknown(digest);
  const part = request.method === "GET" ? rangeOf(request, digest, size) : undefined;
  const { first, last } = part ?? { first: 0, last: size - 1 };
  response.writeHead(part === undefined ? 200 : 206, {
    "Content-Type": "application/octet-stream",
    "Content-Length": last - first + 1,
    "Docker-Content-Digest": digest,
    "Accept-Ranges": "bytes",
    ETag: `"${digest}"`,
    ...(part && { "Content-Range": `bytes ${first}-${last}/${size}` }),
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(layout.readBlob(digest, { first, last }), response);
}

/** DELETE: removes the blob from the layout, and so from every repository. */
export async function deleteBlob({ response, layout }: WritingExchange, digest: Digest): Promise<void> {
  const outcome = await layout.deleteBlob(digest);
  if (outcome === "missing") throw blobUnknown(digest);
  if (outcome === "needed") throw new Refusal(405, "DENIED", `${digest} is needed by a manifest: delete that first`);
  sendEmpty(response, 202);
}

/** The range asked for; undefined where all is to be sent, also for several ranges, which a server may ignore. */
function rangeOf(request: IncomingMessage, digest: Digest, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range?.trim() ?? "");
  const condition = request.headers["if-range"];
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  if (condition !== undefined && condition !== `"${digest}"`) return undefined;
  const [from, to] = [match[1] ?? "", match[2] ?? ""];
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  if (first <= last) return { first, last };
  throw new Refusal(416, "SIZE_INVALID", `The blob has ${size} bytes`, { "Content-Range": `bytes */${size}` });
}

function blobUnknown(digest: Digest): Refusal {
  return new Refusal(404, "BLOB_UNKNOWN", `There is no blob ${digest}`);
}
