import { setMaxListeners } from "node:events";
import type { Digest } from "../digest.ts";
import { type BackoffOptions, defaultBackoff } from "../http/index.ts";
import type { Manifest } from "../manifest.ts";
import { createReferrerCopier, NO_REFERRERS } from "../referrers/index.ts";
import { type AttachTools, attach, referrerRequest } from "./attach.ts";
import { createBlobMover } from "./blob-mover.ts";
import { copyTree, moveForeign } from "./copy.ts";
import { platformOf } from "./image-config.ts";
import { createImagePlaces } from "./image-places.ts";
import type { Journal } from "./journal.ts";
import { lookAgain } from "./look-again.ts";
import { createManifestCache, type ManifestCache } from "./manifest-cache.ts";
import { createPlaces } from "./places.ts";
import type { CopyRequest, CopyResult, Measure, MeasureRequest, Survey } from "./request.ts";
import { type Selection, selectPlatforms } from "./select.ts";
import { createSpool } from "./spool.ts";
import { createSurveyor } from "./survey.ts";
import { headOf, tagConflict } from "./target.ts";
import { createTargetMemory } from "./target-memory.ts";
import { type ImageTree, loadTree, platformsIn } from "./tree.ts";

export interface TransferOptions {
  /** Large blobs at once from one source, and to one target. */
  readonly blobsPerHost?: number;
  readonly backoff?: Partial<BackoffOptions>;
  /** Kept for the runs to come; without it, each begins with what the registries tell. */
  readonly journal?: Journal;
  /** A folder with room for what several registries take; without it, each reads it from the source. */
  readonly spool?: string;
}

/** Moves images to registries; one for a whole run, as it remembers what is where. */
export interface Transfer {
  /**
   * Copies an image, unless its tag stands at it already. Throws `Failed`: `registry/…`, `oci/…`,
   * `transfer/no-such-platform`, `transfer/unsigned` and `transfer/signatures-incomplete`; of class `conflict` where an immutable tag stands at something else, `cancelled`
   * where the run was interrupted before the image's manifests were on their way.
   */
  readonly copy: (request: CopyRequest) => Promise<CopyResult>;
  /** What an image is made of; nothing is asked of the target. */
  readonly measure: (request: MeasureRequest) => Promise<Measure>;
  /** What `copy` would do; nothing is written. Throws what `copy` would throw before it writes. */
  readonly survey: (request: CopyRequest) => Promise<Survey>;
  /** Gives back what it has on the disk. Nothing may be copied any more. */
  readonly close: () => Promise<void>;
}

/** Small blobs at once to one target; how many requests go there at once, the client learns from the answers. */
const SMALL_PER_HOST = 64;

/** What a copy wants at its target. The selection is undefined while all of it is wanted and none of it was read. */
interface Wanted {
  readonly digest: Digest;
  readonly selection: Selection | undefined;
  /** Of a sparse index, the children that are wanted. */
  readonly sparse?: ReadonlySet<Digest>;
}

export function createTransfer(options: TransferOptions = {}): Transfer {
  const memory = createTargetMemory();
  const cache = createManifestCache();
  const spool = options.spool === undefined ? undefined : createSpool(options.spool);
  const perHost = options.blobsPerHost ?? 6;
  const move = createBlobMover({
    memory,
    targetPlaces: createPlaces(() => perHost),
    sourcePlaces: createPlaces(() => perHost),
    smallPlaces: createPlaces(() => SMALL_PER_HOST),
    backoff: { ...defaultBackoff, ...options.backoff },
    journal: options.journal,
    spool,
  });
  const imagePlaces = createImagePlaces();
  const missingBytes = createSurveyor(memory);
  const referrers = createReferrerCopier();
  const surveyReferrers = async (request: CopyRequest, tree: ImageTree, { selection }: Wanted, tools: AttachTools) => {
    const wanted = referrerRequest(request, tree, selection, "nothing", tools);
    if (wanted === undefined) return { referrers: NO_REFERRERS, warnings: [] };
    const { counts, warnings } = await referrers.survey(wanted);
    return { referrers: counts, warnings };
  };
  const settle = ({ from, takers }: CopyRequest): void => {
    if (takers !== undefined) spool?.settle(from.digest, takers.self);
  };

  const bring = async (request: CopyRequest, wanted: Wanted, signal: AbortSignal): Promise<CopyResult> => {
    const tree = await treeOf(request, wanted, cache, signal);
    const tools = { move, memory, cache, dropped: signal };
    const attached = await attach(referrers, referrerRequest(request, tree, wanted.selection, "nothing", tools));
    const sums = await copyTree(tree, request, tools, attached).catch((error: unknown) => {
      attached?.drop();
      throw error;
    });
    settle(request);
    return {
      digest: wanted.digest,
      sourceDigest: request.from.digest,
      mediaType: tree.root.mediaType,
      platforms: tree.platforms,
      changed: true,
      image: "sent",
      ...sums,
      trimmed: wanted.selection?.trimmed ?? false,
    };
  };

  return {
    copy: async (request) => {
      const signal = droppedSignal(request);
      const wanted = await want(request, cache, signal);
      const present = await headOf(request.to, wanted.digest, signal);
      if (present?.digest === wanted.digest) {
        const image = { ...wanted, tree: () => treeOf(request, wanted, cache, signal) };
        const late = await lookAgain(request, image, referrers, { move, cache, dropped: signal });
        const foreign = await moveForeign(image.tree, request, { move, memory, dropped: signal });
        settle(request);
        return { ...upToDate(request, wanted, present.mediaType), ...late, ...foreign };
      }
      if (present !== undefined && request.tags === "immutable") {
        throw tagConflict(request.to, wanted.digest, present.digest);
      }
      return imagePlaces.within(request, signal, () => bring(request, wanted, signal));
    },
    measure: async (request) => {
      const signal = droppedSignal(request);
      const wanted = await want(request, cache, signal);
      const { root, levels, blobs } = await treeOf(request, wanted, cache, signal);
      const manifests = [...levels.flat(), root].map(({ mediaType, digest, bytes }) => ({
        mediaType,
        digest,
        size: bytes.length,
      }));
      return { digest: wanted.digest, blobs: [...blobs, ...manifests] };
    },
    survey: async (request) => {
      const signal = droppedSignal(request);
      const wanted = await want(request, cache, signal);
      const present = (await headOf(request.to, wanted.digest, signal))?.digest;
      const digest = wanted.digest;
      const nothing = { digest, present, bytes: 0, referrers: NO_REFERRERS, warnings: [] };
      if (present === digest) return { ...nothing, state: "up-to-date" };
      if (present !== undefined && request.tags === "immutable") throw tagConflict(request.to, digest, present);
      const tree = await treeOf(request, wanted, cache, signal);
      const tools = { move, cache, dropped: signal };
      const [bytes, found] = await Promise.all([
        missingBytes(tree.blobs, request.to, signal),
        surveyReferrers(request, tree, wanted, tools),
      ]);
      return { state: present === undefined ? "create" : "move", digest, present, bytes, ...found };
    },
    close: async () => spool?.close(),
  };
}

/** Blobs that wait for their place listen to it, each image to its own. */
function droppedSignal({ stopping, killed }: MeasureRequest): AbortSignal {
  const signal = AbortSignal.any([stopping, killed]);
  setMaxListeners(0, signal, stopping, killed);
  return signal;
}

async function want(
  { from, platforms, indexes }: MeasureRequest,
  cache: ManifestCache,
  signal: AbortSignal,
): Promise<Wanted> {
  if (platforms === "all") return { digest: from.digest, selection: undefined };
  const { source, repository } = from;
  const manifest = (digest: Digest): Promise<Manifest> => cache.get(source, repository, digest, signal);
  const selection = await selectPlatforms(await manifest(from.digest), platforms, {
    name: `${source.name}/${repository}@${from.digest}`,
    manifest,
    platform: (image) => platformOf(source, repository, image, signal),
  });
  const sparse = indexes === "sparse" ? keptIn(selection) : undefined;
  if (sparse !== undefined) return { digest: from.digest, selection: undefined, sparse };
  return { digest: selection.root.digest, selection };
}

/** The children that a trimmed index has left; undefined where indexes inside it were trimmed too. */
function keptIn({ root, made, trimmed }: Selection): ReadonlySet<Digest> | undefined {
  if (!trimmed || root.kind !== "index" || made.size > 1) return undefined;
  return new Set(root.manifests.map(({ digest }) => digest));
}

async function treeOf(
  { from, foreignLayers }: MeasureRequest,
  { digest, selection, sparse }: Wanted,
  cache: ManifestCache,
  signal: AbortSignal,
): Promise<ImageTree> {
  const load = async (one: Digest): Promise<Manifest> =>
    selection?.made.get(one) ?? cache.get(from.source, from.repository, one, signal);
  const root = selection?.root ?? (await load(digest));
  return loadTree(root, load, (child) => sparse?.has(child) !== false, foreignLayers);
}

function upToDate(request: CopyRequest, { digest, selection }: Wanted, mediaType: string): CopyResult {
  const root = selection?.root;
  return {
    digest,
    sourceDigest: request.from.digest,
    mediaType,
    platforms: root === undefined ? [] : platformsIn(root),
    changed: false,
    image: "there",
    bytes: 0,
    mountedBytes: 0,
    trimmed: selection?.trimmed ?? false,
    referrers: NO_REFERRERS,
    warnings: [],
  };
}
