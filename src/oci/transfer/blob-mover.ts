import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import { type BackoffOptions, cancelled, persistently } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import type { RegistryClient, UploadSession } from "../registry-client.ts";
import type { Journal } from "./journal.ts";
import { openFrom } from "./open-from.ts";
import { orAborted } from "./or-aborted.ts";
import type { Places } from "./places.ts";
import type { Spool, Takers } from "./spool.ts";
import type { Brought, TargetMemory } from "./target-memory.ts";

/** One blob on its way. */
export interface BlobMove {
  readonly source: ImageSource;
  readonly from: string;
  readonly registry: RegistryClient;
  readonly to: string;
  readonly blob: Descriptor;
  /** Which registries take the image that it belongs to. */
  readonly sharing?: { readonly image: Digest; readonly takers: Takers };
  /** Other repositories of the registry that may have what the source leaves out. */
  readonly elsewhere?: () => readonly string[];
  /** After a registry has lost what it had confirmed, only what it is asked for anew counts. */
  readonly trust: "memory" | "nothing";
  /** Asked before bytes are sent: false once another blob of the image has failed. */
  readonly mayStart: () => boolean;
  /** Told of bytes that went out, and, negative, of those that were in vain. */
  readonly onBytes: (count: number) => void;
  readonly signal: AbortSignal;
}

export interface BlobMoverOptions {
  readonly memory: TargetMemory;
  /** Places at targets and at sources are counted apart: two that copy to each other would otherwise wait for ever. */
  readonly targetPlaces: Places;
  readonly sourcePlaces: Places;
  /** Small blobs do not wait behind large ones. */
  readonly smallPlaces: Places;
  readonly backoff: BackoffOptions;
  /** What earlier runs have left. */
  readonly journal: Journal | undefined;
  /** Where what several registries take is kept until the last has it. */
  readonly spool: Spool | undefined;
}

/** A blob up to this is not worth a request more than it needs. */
const SMALL = 1024 * 1024;

export type MoveBlob = (move: BlobMove) => Promise<Brought>;

/**
 * Sees to it that a repository has a blob. Each blob crosses to a registry once in a run; other repositories there
 * mount it, and are sent it only where the registry refuses that.
 */
export function createBlobMover(options: BlobMoverOptions): MoveBlob {
  const { memory } = options;
  return (move) => {
    const { registry, to, blob, trust, sharing, signal } = move;
    if (trust === "nothing") memory.forget(registry.name, to, blob.digest);
    return memory.once(
      registry.name,
      to,
      blob.digest,
      async () => {
        const brought = await bring(move, options);
        if (sharing !== undefined) options.spool?.settle(blob.digest, sharing.takers.self);
        return brought;
      },
      () => signal.aborted,
    );
  };
}

async function bring(move: BlobMove, options: BlobMoverOptions): Promise<Brought> {
  const { registry, to, blob, trust, signal } = move;
  const { memory } = options;
  if (trust === "nothing") return checkOrSend(move, options, undefined);
  for (;;) {
    const holding = memory.holder(registry.name, blob.digest);
    if (holding === undefined) {
      let brought: Brought = { kind: "present" };
      await memory.lead(registry.name, blob.digest, async () => {
        brought = await mountOrSend(move, options, sameRegistry(move) ?? heldBefore(move, options));
        return to;
      });
      return brought;
    }
    const holder = await orAborted(holding, signal).catch(() => undefined);
    if (signal.aborted) throw cancelled();
    if (holder === to) return { kind: "present" };
    if (holder !== undefined) return mountOrSend(move, options, holder);
  }
}

/** The source repository itself, where source and target are one registry. */
function sameRegistry({ source, registry, from, to }: BlobMove): string | undefined {
  return source === registry && from !== to ? from : undefined;
}

/** Where an earlier run has brought it: images that are up to date are not looked into, and tell nothing. */
function heldBefore({ registry, to, blob }: BlobMove, { journal }: BlobMoverOptions): string | undefined {
  // One that was begun here may be whole by now, or goes on.
  if (journal?.session(registry.name, to, blob.digest) !== undefined) return undefined;
  return journal?.holder(registry.name, blob.digest);
}

async function mountOrSend(move: BlobMove, options: BlobMoverOptions, from: string | undefined): Promise<Brought> {
  const { registry, to, blob, signal } = move;
  if (move.source.holds?.(blob.digest) === false) return findAtTarget(move);
  if (blob.size <= SMALL)
    return options.smallPlaces.within(registry.name, signal, () => moveSmall(move, options, from));
  if (from === undefined) return checkOrSend(move, options, undefined);
  const result = await registry.mountBlob(to, blob.digest, from, signal);
  if (result.kind === "mounted") return { kind: "mounted" };
  return checkOrSend(move, options, result.session);
}

/** What the source leaves out has to be at the target: in the repository itself or in another. */
async function findAtTarget({ source, from, registry, to, blob, elsewhere, signal }: BlobMove): Promise<Brought> {
  if (await registry.hasBlob(to, blob.digest, signal)) return { kind: "present" };
  for (const repository of elsewhere?.() ?? []) {
    if (repository === to) continue;
    const result = await registry.mountBlob(to, blob.digest, repository, signal);
    if (result.kind === "mounted") return { kind: "mounted" };
    if (result.session !== undefined) await registry.cancelUpload(result.session);
  }
  // The source says what is missing, and where it is.
  const content = await source.openBlob(from, blob, signal);
  content.destroy();
  throw new Error(`${source.name} has ${blob.digest} after all`);
}

/**
 * A mount of the blob from the very repository that it shall be in answers whether it is there, and where it is not,
 * opens the upload: one request less than asking first. A registry that mounts nothing is sent a small blob twice.
 */
async function moveSmall(move: BlobMove, options: BlobMoverOptions, from: string | undefined): Promise<Brought> {
  const { registry, to, blob, signal } = move;
  const asked = from ?? to;
  if (options.memory.mounts(registry.name)) {
    const result = await registry.mountBlob(to, blob.digest, asked, signal);
    if (result.kind === "mounted") return { kind: asked === to ? "present" : "mounted" };
    if (result.session !== undefined) {
      await send(move, options, result.session);
      return { kind: "sent", bytes: blob.size };
    }
    if (asked === to) options.memory.mountsNothing(registry.name);
  }
  if (await registry.hasBlob(to, blob.digest, signal)) return { kind: "present" };
  await send(move, options, undefined);
  return { kind: "sent", bytes: blob.size };
}

async function checkOrSend(
  move: BlobMove,
  options: BlobMoverOptions,
  session: UploadSession | undefined,
): Promise<Brought> {
  const { registry, to, blob, signal } = move;
  if (await registry.hasBlob(to, blob.digest, signal)) {
    if (session !== undefined) await registry.cancelUpload(session);
    return { kind: "present" };
  }
  await options.targetPlaces.within(registry.name, signal, () =>
    options.sourcePlaces.within(move.source.name, signal, () =>
      send(move, options, session ?? options.journal?.session(registry.name, to, blob.digest)),
    ),
  );
  return { kind: "sent", bytes: blob.size };
}

async function send(
  move: BlobMove,
  { backoff, journal, spool }: BlobMoverOptions,
  session: UploadSession | undefined,
): Promise<void> {
  const { source, from, registry, to, blob, sharing, onBytes, mayStart, signal } = move;
  if (!mayStart()) throw cancelled();
  const attempts = { ...backoff, attempts: Math.min(3, backoff.attempts) };
  await persistently(attempts, signal, async (attempt, giveUp) => {
    let sent = 0;
    const count = (bytes: number): void => {
      sent += bytes;
      onBytes(bytes);
    };
    // A source that cannot even be opened has been asked again and again by its own client.
    const open = (aborted: AbortSignal, first: number): ReturnType<ImageSource["openBlob"]> => {
      const opened =
        spool === undefined || sharing === undefined
          ? openFrom(source, from, blob, first, aborted)
          : spool.open({ source, repository: from, blob, ...sharing }, first, aborted);
      return opened.catch((error: unknown) => {
        giveUp();
        throw error;
      });
    };
    const onSession = (opened: UploadSession): void => journal?.add(registry.name, blob.digest, opened);
    const noted = journal === undefined ? {} : { onSession };
    const bytes = { digest: blob.digest, size: blob.size, open, onBytes: count, ...noted };
    try {
      await registry.uploadBlob(to, bytes, signal, attempt === 1 ? session : undefined);
    } catch (error) {
      onBytes(-sent);
      throw error;
    }
  });
}
