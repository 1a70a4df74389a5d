import { Failed } from "../../failure/index.ts";
import { cancelled } from "../http/index.ts";
import type { Descriptor, Manifest } from "../manifest.ts";
import { NO_REFERRERS, type ReferrersOnTheirWay } from "../referrers/index.ts";
import type { MoveBlob } from "./blob-mover.ts";
import { createProgress } from "./progress.ts";
import type { CopyRequest, CopyResult } from "./request.ts";
import { headOf, tagConflict } from "./target.ts";
import type { Brought, TargetMemory } from "./target-memory.ts";
import { type ImageTree, isForeign } from "./tree.ts";

export interface CopyTools {
  readonly move: MoveBlob;
  readonly memory: TargetMemory;
  /** Aborted as soon as the run is interrupted. */
  readonly dropped: AbortSignal;
}

type Sums = Pick<CopyResult, "bytes" | "mountedBytes">;
type Copied = Sums & Pick<CopyResult, "referrers" | "warnings">;

/**
 * Brings an image to its target: blobs, then manifests from the leaves to the root, then what refers to them, then
 * the tag: nobody pulls by tag what is still unsigned.
 */
export async function copyTree(
  tree: ImageTree,
  request: CopyRequest,
  tools: CopyTools,
  attached?: ReferrersOnTheirWay,
): Promise<Copied> {
  const { killed } = request;
  const { dropped } = tools;
  const sums = await moveBlobs(tree.blobs, request, tools, dropped, "memory");
  await attached?.ready("memory");
  if (dropped.aborted) throw cancelled();
  // From here an interrupt no longer stops it: a few small requests make the image whole.
  try {
    const pushed = await pushManifests(tree, request, tools, attached);
    return { ...sums, ...pushed, bytes: sums.bytes + pushed.bytes };
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== "registry/blob-unknown") throw error;
    const again = await moveBlobs(tree.blobs, request, tools, killed, "nothing");
    await attached?.ready("nothing");
    const pushed = await pushManifests(tree, request, tools, attached);
    return { ...pushed, bytes: sums.bytes + again.bytes + pushed.bytes, mountedBytes: sums.mountedBytes };
  }
}

/** Of an image that is up to date: the layers that a copy without them has left out, and what they change of its result. */
export async function moveForeign(
  tree: () => Promise<ImageTree>,
  request: CopyRequest,
  tools: CopyTools,
): Promise<Partial<Pick<CopyResult, "bytes" | "mountedBytes" | "changed" | "image">>> {
  if (request.foreignLayers !== "copy") return {};
  const layers = (await tree()).blobs.filter(isForeign);
  const { bytes, mountedBytes } = await moveBlobs(layers, request, tools, tools.dropped, "memory");
  return bytes + mountedBytes === 0 ? {} : { bytes, mountedBytes, changed: true, image: "sent" };
}

async function moveBlobs(
  blobs: readonly Descriptor[],
  request: CopyRequest,
  { move }: CopyTools,
  signal: AbortSignal,
  trust: "memory" | "nothing",
): Promise<Sums> {
  const progress = createProgress(
    blobs.reduce((sum, { size }) => sum + size, 0),
    request.onProgress,
  );
  let failure: unknown;
  const moveOne = async (blob: Descriptor): Promise<Brought | undefined> => {
    try {
      const brought = await move({
        source: request.from.source,
        from: request.from.repository,
        registry: request.to.registry,
        to: request.to.repository,
        ...(request.takers && { sharing: { image: request.from.digest, takers: request.takers } }),
        ...(request.elsewhere && { elsewhere: request.elsewhere }),
        blob,
        trust,
        mayStart: () => failure === undefined,
        onBytes: progress.add,
        signal,
      });
      if (brought.kind !== "sent") progress.add(blob.size);
      return brought;
    } catch (error) {
      failure ??= error;
      return undefined;
    }
  };
  const brought = await Promise.all(blobs.map(moveOne));
  if (failure !== undefined) throw failure;
  return {
    bytes: sumOf(blobs, (_, index) => brought[index]?.kind === "sent"),
    mountedBytes: sumOf(blobs, (_, index) => brought[index]?.kind === "mounted"),
  };
}

/** Gives the bytes that were sent. The tag comes last, and only the root gets it. */
async function pushManifests(
  { root, levels }: ImageTree,
  { to, killed }: CopyRequest,
  { memory }: CopyTools,
  attached: ReferrersOnTheirWay | undefined,
): Promise<Omit<Copied, "mountedBytes">> {
  const { registry, repository, tag } = to;
  let bytes = 0;
  const push = async (manifest: Manifest, reference: string): Promise<void> => {
    const known = reference === manifest.digest && memory.hasManifest(registry.name, repository, manifest.digest);
    if (known) return;
    await registry.putManifest(repository, reference, manifest, killed);
    memory.addManifest(registry.name, repository, manifest.digest);
    bytes += manifest.bytes.length;
  };
  for (const level of levels) await Promise.all(level.map((manifest) => push(manifest, manifest.digest)));
  // A tag pushes its manifest too, so that by digest it is pushed only for those that refer to it.
  if ((await attached?.ready("memory")) === "some") await push(root, root.digest);
  const referrers = (await attached?.push()) ?? { counts: NO_REFERRERS, bytes: 0, warnings: [] };
  await push(root, tag ?? root.digest).catch((error: unknown) => settleImmutable(error, root, to, killed));
  return { bytes: bytes + referrers.bytes, referrers: referrers.counts, warnings: referrers.warnings };
}

/** A tag that cannot be moved is no failure where it already stands at what we push. */
async function settleImmutable(
  error: unknown,
  root: Manifest,
  to: CopyRequest["to"],
  signal: AbortSignal,
): Promise<void> {
  if (!(error instanceof Failed) || error.failure.code !== "registry/immutable-tag") throw error;
  const present = await headOf(to, root.digest, signal);
  if (present === undefined) throw error;
  if (present.digest !== root.digest) throw tagConflict(to, root.digest, present.digest);
}

function sumOf(blobs: readonly Descriptor[], counts: (blob: Descriptor, index: number) => boolean): number {
  return blobs.filter(counts).reduce((sum, { size }) => sum + size, 0);
}
