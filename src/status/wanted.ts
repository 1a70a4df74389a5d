import type { Config, Image } from "../config/index.ts";
import { failureOf } from "../failure/index.ts";
import type { Connections } from "../registries/index.ts";
import { type Lock, type LockedImage, type Pin, type Pins, resolvePins } from "../release/index.ts";
import type { Upstream } from "./status.ts";
import type { Parts } from "./trimmed.ts";

/** What a release says of its images: their pins, and how upstream stands to them now. */
export interface Wanted {
  readonly pins: Pins;
  /** Asked for while the targets are: an answer may come later than theirs. */
  readonly upstream: ReadonlyMap<string, Promise<Upstream>>;
  /** The platforms of an image and their digests, where the lock knows them. */
  readonly parts: ReadonlyMap<string, Parts>;
}

export interface Outside {
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/**
 * The pins of some images: those of the lock where it was made for what the config says, and those that the registries
 * give now for the others. Of a locked tag upstream is asked where it stands now: one HEAD for each image either way.
 */
export async function wantedOf(
  config: Config,
  names: readonly string[],
  lock: Lock,
  { connections, signal }: Outside,
): Promise<Wanted> {
  const images = names.flatMap((name) => config.images.get(name) ?? []).filter(({ origin }) => origin.kind !== "build");
  const locked = new Map(
    images.flatMap((image) => {
      const entry = lock.images.get(image.name);
      return entry !== undefined && isOf(entry, image) ? [[image.name, entry] as const] : [];
    }),
  );
  const others = images.filter(({ name }) => !locked.has(name)).map(({ name }) => name);
  const standing = [...locked].map(([name, entry]) => {
    const answer = standingOf(name, entry, config, { connections, signal });
    // Whoever awaits it is told; until then an interrupt is nobody's failure.
    answer.catch(() => {});
    return [name, answer] as const;
  });
  const resolved = await resolvePins(config, others, { connections, signal, emit: () => {} });
  const pinned = [...locked].map(([name, entry]) => [name, { kind: "pinned", pin: pinOf(name, entry) }] as const);
  return {
    pins: new Map([...resolved, ...pinned]),
    upstream: new Map([...others.map((name) => [name, SAME] as const), ...standing]),
    parts: new Map([...locked].map(([name, { platforms }]) => [name, partsOf(platforms)])),
  };
}

/** What was resolved this moment stands there. */
const SAME: Promise<Upstream> = Promise.resolve({ kind: "same" });

/** Whether the lock still speaks of what the config declares. */
function isOf(locked: LockedImage, { origin, version }: Image): boolean {
  if (origin.kind === "build" || locked.repository !== `${origin.host}/${origin.repository}`) return false;
  if (version.kind === "digest") return version.digest === locked.digest;
  return version.kind !== "tag" || version.tag === locked.tag;
}

const pinOf = (image: string, { repository, tag, digest, mediaType, manifestSize }: LockedImage): Pin => ({
  image,
  repository,
  tag,
  digest,
  mediaType,
  size: manifestSize,
});

const partsOf = (platforms: LockedImage["platforms"]): Parts =>
  new Map([...platforms].map(([platform, { digest }]) => [platform, digest as string]));

async function standingOf(
  name: string,
  locked: LockedImage,
  config: Config,
  { connections, signal }: Outside,
): Promise<Upstream> {
  const image = config.images.get(name);
  if (image === undefined || image.origin.kind === "build") return { kind: "unknown" };
  const wanted = image.version.kind === "digest" ? locked.digest : (locked.tag ?? locked.digest);
  try {
    const { registry, repository } = await connections.source(image.origin.host, image.origin.repository);
    const head = await registry.headManifest(repository, wanted, signal);
    if (head === undefined) return { kind: "gone" };
    return head.digest === locked.digest ? { kind: "same" } : { kind: "moved", digest: head.digest };
  } catch (thrown) {
    if (signal.aborted || failureOf(thrown).code === "internal/unexpected") throw thrown;
    return { kind: "unknown" };
  }
}
