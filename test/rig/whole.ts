import { sha256 } from "./blob.ts";
import type { Image } from "./images.ts";

/**
 * What is wrong with an image at a registry, or undefined: every manifest and every blob of it is fetched over plain
 * HTTP and hashed, with none of src/oci.
 */
export async function wholeAt(
  host: string,
  repository: string,
  tag: string,
  image: Image,
): Promise<string | undefined> {
  const base = `http://${host}/v2/${repository}`;
  const wanted: [path: string, digest: string, accept: string][] = [
    [`manifests/${tag}`, image.top.digest, image.top.mediaType],
    ...image.children.map(({ digest, mediaType }): [string, string, string] => [
      `manifests/${digest}`,
      digest,
      mediaType,
    ]),
    ...image.blobs.map(({ digest }): [string, string, string] => [`blobs/${digest}`, digest, "*/*"]),
  ];
  for (const [path, digest, accept] of wanted) {
    const answer = await fetch(`${base}/${path}`, { headers: { accept } });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status !== 200) return `${repository}/${path} answers ${answer.status}`;
    if (sha256(bytes) !== digest) return `${repository}/${path} is ${sha256(bytes)}, not ${digest}`;
  }
  return undefined;
}
