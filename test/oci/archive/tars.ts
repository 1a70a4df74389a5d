import { writeHeader } from "../../../src/oci/archive/tar/header.ts";
import { type Digest, digestOf } from "../../../src/oci/digest.ts";
import { type Image, imageSet, type NamedImage } from "../../rig/images.ts";

/** One entry of a tar made by hand. */
export interface Made {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly type?: string;
  /** Where a link leads to: type 1 for a hard one, 2 for a symbolic one. */
  readonly linkName?: string;
}

/** A tar of entries, with its end. */
export function tarOf(entries: readonly Made[]): Buffer {
  const parts = entries.flatMap(({ name, content = "", type = "0", linkName = "" }) => {
    const bytes = Buffer.from(content);
    const header = leadingTo(linkName, writeHeader({ name, size: bytes.length, type }));
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** The header with the name that a link leads to; its checksum is the sum of all bytes, its own taken for spaces. */
function leadingTo(linkName: string, header: Buffer): Buffer {
  if (linkName === "") return header;
  header.write(linkName, 157);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** The entries of an OCI layout with some images, each under `repository:tag`. */
export function layoutOf(images: readonly NamedImage[]): Made[] {
  const blobs = new Map<Digest, Buffer>();
  for (const { image } of images) for (const bytes of contentsOf(image)) blobs.set(digestOf(bytes), bytes);
  return [
    { name: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: "index.json", content: indexOf(images) },
    ...[...blobs].map(([digest, content]) => ({ name: `blobs/${digest.replace(":", "/")}`, content })),
  ];
}

export function indexOf(images: readonly NamedImage[]): string {
  return JSON.stringify({
    schemaVersion: 2,
    manifests: images.map(({ repository, tag, image: { top } }) => ({
      mediaType: top.mediaType,
      digest: top.digest,
      size: top.bytes.length,
      annotations: { "org.opencontainers.image.ref.name": `${repository}:${tag}` },
    })),
  });
}

export const smallSet = (count = 3): NamedImage[] => imageSet({ seed: "archive", count, stacks: 2, layerBytes: 2000 });

export function contentsOf({ top, children, blobs }: Image): Buffer[] {
  const bytes = blobs.map(({ content }) => {
    if (!Buffer.isBuffer(content)) throw new Error("this blob is in a file");
    return content;
  });
  return [...bytes, ...children.map((child) => child.bytes), top.bytes];
}
