import { createHash, randomUUID } from "node:crypto";
import type { Image } from "../images.ts";

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Upload {
  readonly id: string;
  readonly repository: string;
  /** What the registry has of it; a quirk may change it. */
  pieces: Buffer[];
}

/** What a registry holds, each repository for itself. */
export class Store {
  /** By `repository digest`. */
  readonly blobs = new Map<string, Uint8Array>();
  /** By `repository reference`. */
  readonly manifests = new Map<string, StoredManifest>();
  readonly uploads = new Map<string, Upload>();

  /** Puts an image there as if it had been pushed. */
  hold(repository: string, tag: string, image: Image): void {
    for (const { digest, content } of image.blobs) {
      if (!Buffer.isBuffer(content)) throw new Error("this registry keeps what is in memory");
      this.blobs.set(`${repository} ${digest}`, content);
    }
    for (const { digest, mediaType, bytes } of [...image.children, image.top]) {
      this.manifests.set(`${repository} ${digest}`, { mediaType, bytes });
    }
    this.putManifest(repository, tag, image.top);
  }

  putManifest(repository: string, reference: string, { mediaType, bytes }: StoredManifest): void {
    const stored = { mediaType, bytes };
    this.manifests.set(`${repository} ${hashOf("sha256", bytes)}`, stored).set(`${repository} ${reference}`, stored);
  }

  /** In the order of the alphabet. */
  tags(repository: string): string[] {
    const references = [...this.manifests.keys()].filter((key) => key.startsWith(`${repository} `));
    return references
      .map((key) => key.slice(repository.length + 1))
      .filter((reference) => !reference.includes(":"))
      .sort();
  }

  openUpload(repository: string): Upload {
    const upload: Upload = { id: randomUUID(), repository, pieces: [] };
    this.uploads.set(upload.id, upload);
    return upload;
  }

  /** What is wrong with an image that is in a repository, or undefined where all of it is whole. */
  faultOf(repository: string, tag: string, image: Image): string | undefined {
    const stored = this.manifests.get(`${repository} ${tag}`);
    if (stored === undefined) return `${repository}:${tag} is missing`;
    if (hashOf("sha256", stored.bytes) !== image.top.digest) return `${repository}:${tag} is another`;
    for (const { digest, bytes, mediaType } of [image.top, ...image.children]) {
      const child = this.manifests.get(`${repository} ${digest}`);
      if (child === undefined || !Buffer.from(child.bytes).equals(bytes)) return `manifest ${digest} is not there`;
      if (child.mediaType !== mediaType) return `manifest ${digest} is ${child.mediaType}`;
    }
    for (const { digest } of image.blobs) {
      const blob = this.blobs.get(`${repository} ${digest}`);
      if (blob === undefined) return `blob ${digest} is missing`;
      if (hashOf(digest.slice(0, 6), blob) !== digest) return `blob ${digest} is damaged`;
    }
    return undefined;
  }
}

export const sizeOf = ({ pieces }: Upload): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

/** A digest of `sha256` or `sha512`. */
export function hashOf(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
