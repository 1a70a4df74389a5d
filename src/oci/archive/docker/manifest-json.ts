import { Failed } from "../../../failure/index.ts";
import { type Digest, isDigest } from "../../digest.ts";
import { notAnArchive } from "../failures.ts";

/** One image in the form of `docker save`: its config and its layers are entries of the tar. */
export interface DockerImage {
  readonly config: string;
  readonly layers: readonly string[];
  readonly tags: readonly string[];
}

/** Reads manifest.json of a docker archive. Throws `Failed` (`archive/not-an-archive`). */
export function readManifestJson(text: string, name: string): readonly DockerImage[] {
  const images = parsed(text);
  if (!Array.isArray(images) || images.length === 0) throw notAnArchive(name, "its manifest.json lists no images");
  return images.map((image: unknown) => {
    const { Config, Layers, RepoTags } = (image ?? {}) as Record<string, unknown>;
    if (typeof Config !== "string" || !isTexts(Layers)) {
      throw notAnArchive(name, "an image in its manifest.json has no Config or no Layers");
    }
    return { config: Config, layers: Layers, tags: isTexts(RepoTags) ? RepoTags : [] };
  });
}

/** The digests of an image's layers as they are without compression (image-spec, config.md). */
export function diffIdsOf(config: Uint8Array, name: string): readonly Digest[] {
  const body = parsed(new TextDecoder().decode(config)) as { rootfs?: { diff_ids?: unknown } } | undefined | null;
  const ids = body?.rootfs?.diff_ids;
  if (isTexts(ids) && ids.every(isDigest)) return ids;
  throw new Failed({
    code: "archive/not-an-archive",
    class: "permanent",
    message: `${name} holds an image whose config names no layers`,
    hint: "It is of a docker older than 1.10: save it again with a current one",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");
