import { Failed } from "../failure/index.ts";
import { type Descriptor, type Digest, formatPlatform, type ImageManifest, type ImageSource } from "../oci/index.ts";

/** Architectures that Red Hat certifies; images for others are not looked at by it. */
export const ARCHITECTURES = ["amd64", "arm64", "ppc64le", "s390x"] as const;

export interface Found {
  /** The images that are certified, each of one architecture, in the order of the index. */
  readonly images: readonly ImageManifest[];
  readonly form: "index" | "image";
  /** Platforms of an index that Red Hat does not certify. */
  readonly left: readonly string[];
}

/**
 * The images that a digest stands for: itself, or those of an index. Attestations are no images. Throws `Failed`:
 * `certification/no-architecture`, and what the source throws.
 */
export async function imagesOf(
  source: ImageSource,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Found> {
  const top = await source.getManifest(repository, digest, signal);
  if (top.kind === "image") return { images: [top], form: "image", left: [] };
  const offered = top.manifests.filter(isImage);
  const images: ImageManifest[] = [];
  for (const descriptor of offered.filter(isCertified)) {
    const manifest = await source.getManifest(repository, descriptor.digest, signal);
    if (manifest.kind === "image") images.push(manifest);
  }
  const left = offered.filter((descriptor) => !isCertified(descriptor)).map(nameOf);
  if (images.length === 0) throw noArchitecture(`${source.name}/${repository}@${digest}`, left);
  return { images, form: "index", left };
}

const isImage = ({ platform, annotations }: Descriptor): boolean =>
  platform?.architecture !== "unknown" && annotations?.["vnd.docker.reference.type"] === undefined;

const isCertified = ({ platform }: Descriptor): boolean =>
  platform?.os === "linux" && ARCHITECTURES.some((one) => one === platform.architecture);

const nameOf = ({ platform, digest }: Descriptor): string =>
  platform === undefined ? digest : formatPlatform({ ...platform });

function noArchitecture(name: string, left: readonly string[]): Failed {
  return new Failed({
    code: "certification/no-architecture",
    class: "permanent",
    message: `${name} has no image of an architecture that Red Hat certifies (it has ${left.join(", ") || "none at all"})`,
    hint: `Build it for one of ${ARCHITECTURES.map((one) => `linux/${one}`).join(", ")}`,
  });
}
