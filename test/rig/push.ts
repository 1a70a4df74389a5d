import { createReadStream } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import type { Blob } from "./blob.ts";
import type { Image, Manifest, NamedImage } from "./images.ts";

/** Puts images onto a registry over plain HTTP, with none of src/oci. */
export async function pushImages(host: string, images: readonly NamedImage[]): Promise<void> {
  for (const { repository, tag, image } of images) await pushImage(host, repository, tag, image);
}

/** Blobs, then what an index lists, then the tag. */
export async function pushImage(host: string, repository: string, tag: string, image: Image): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  for (const blob of image.blobs) await pushBlob(base, blob);
  for (const child of image.children) await pushManifest(base, child.digest, child);
  await pushManifest(base, tag, image.top);
}

async function pushBlob(base: string, blob: Blob): Promise<void> {
  const there = await send("HEAD", `${base}/blobs/${blob.digest}`, {});
  if (there.status === 200) return;
  const session = await send("POST", `${base}/blobs/uploads/`, { "content-length": 0 });
  expectStatus(session, 202);
  const location = new URL(session.headers.location ?? "", base);
  location.searchParams.set("digest", blob.digest);
  const headers = { "content-length": blob.size, "content-type": "application/octet-stream" };
  expectStatus(await send("PUT", location.href, headers, blob.content), 201);
}

async function pushManifest(base: string, reference: string, manifest: Manifest): Promise<void> {
  const headers = { "content-length": manifest.bytes.length, "content-type": manifest.mediaType };
  const answer = await send("PUT", `${base}/manifests/${reference}`, headers, manifest.bytes);
  expectStatus(answer, 201);
}

interface Answer {
  readonly of: string;
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function send(
  method: string,
  url: string,
  headers: Record<string, string | number>,
  body?: Blob["content"],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () =>
        resolve({
          of: `${method} ${url}`,
          status: answer.statusCode,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sending.once("error", reject);
    if (body === undefined || Buffer.isBuffer(body)) sending.end(body);
    else
      createReadStream(body.file, { highWaterMark: 1 << 20 })
        .once("error", reject)
        .pipe(sending);
  });
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status === status) return;
  throw new Error(`${answer.of} answered ${answer.status}, not ${status}: ${answer.body}`);
}
