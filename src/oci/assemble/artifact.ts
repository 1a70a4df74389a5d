import { Readable } from "node:stream";
import { Failed } from "../../failure/index.ts";
import type { ImageSource } from "../content.ts";
import { type Digest, digestOf } from "../digest.ts";
import { gathered } from "../http/index.ts";
import { type Descriptor, parseManifest } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { entriesOf } from "./entries.ts";
import { layerOf } from "./layer.ts";
import type { ImageFile } from "./spec.ts";

/** Something that is no image, in the form of one (image-spec, manifest.md, "Guidelines for Artifact Usage"). */
export interface ArtifactSpec {
  /** For messages. */
  readonly name: string;
  readonly config: Content;
  readonly layers: readonly Content[];
  readonly annotations: Readonly<Record<string, string>>;
}

interface Content {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** An artifact of which nothing is on disk. Repositories mean nothing to it, and every tag stands for it. */
export interface AssembledArtifact extends ImageSource {
  readonly digest: Digest;
}

/** Puts an artifact together; the same content has the same digest everywhere. */
export function assembleArtifact({ name, config, layers, annotations }: ArtifactSpec): AssembledArtifact {
  const contents = new Map([config, ...layers].map((content) => [digestOf(content.bytes), content]));
  const describe = ({ mediaType, bytes }: Content): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const mediaType = MediaType.ociManifest;
  const body = { schemaVersion: 2, mediaType, config: describe(config), layers: layers.map(describe), annotations };
  const manifest = parseManifest(Buffer.from(JSON.stringify(body)), mediaType, name);
  return {
    name,
    digest: manifest.digest,
    getManifest: async () => manifest,
    openBlob: async (_repository, { digest }, signal) => {
      signal.throwIfAborted();
      const found = contents.get(digest);
      if (found === undefined) throw notFound(digest, name);
      return Readable.from([found.bytes]);
    },
  };
}

/** Files as a tar with gzip, with the same bytes on every machine: for what is small. Throws what an image of files throws. */
export async function packFiles(files: readonly ImageFile[], name: string, signal: AbortSignal): Promise<Uint8Array> {
  const entries = await entriesOf(files, name, "without-folders");
  const packed = await layerOf(entries, { image: name, mediaType: "", compression: "portable" }, signal);
  return gathered(packed.open(signal));
}

function notFound(digest: Digest, name: string): Failed {
  return new Failed({ code: "registry/not-found", class: "permanent", message: `${digest} is not part of ${name}` });
}
