import { Readable } from "node:stream";
import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import { giveBack } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import { openFrom } from "./open-from.ts";
import { orAborted } from "./or-aborted.ts";
import { createSpoolFile, type Extent, type SpoolFile } from "./spool-file.ts";

/** Who else takes what one target takes. */
export interface Takers {
  /** The registry that the image goes to now. */
  readonly self: string;
  /** All registries that the run brings it to, this one among them. */
  readonly all: readonly string[];
}

/** A blob that somebody wants to read. */
export interface Wish {
  readonly source: ImageSource;
  readonly repository: string;
  readonly blob: Descriptor;
  /** The image that it is needed for. */
  readonly image: Digest;
  readonly takers: Takers;
}

/**
 * Sees to it that a blob that several registries take leaves its source once. It is written to the disk at the pace of
 * the source, and each registry reads it from there at its own: none waits for another, and none fails with another.
 * Where the disk has no room, each reads it from the source.
 */
export interface Spool {
  /** The blob's bytes from `first` on; rejects and fails as the source itself would. */
  readonly open: (wish: Wish, first: number, signal: AbortSignal) => Promise<Readable>;
  /** A registry has a blob, or all of an image, and will not ask for it again. */
  readonly settle: (digest: Digest, taker: string) => void;
  readonly close: () => Promise<void>;
}

interface Entry {
  readonly wish: Wish;
  readonly extent: Extent;
  readonly stop: AbortController;
  written: number;
  readers: number;
  state: "filling" | "whole" | "disk failed" | { readonly error: unknown };
  place: "kept" | "dropped";
  /** Those who wait for more to be written. */
  woken: (() => void)[];
}

export function createSpool(folder: string): Spool {
  const file = createSpoolFile(folder);
  const entries = new Map<Digest, Promise<Entry | undefined>>();
  const kept = new Map<Digest, Entry>();
  const fills = new Set<Promise<void>>();
  const settled = new Set<string>();

  const wants = (taker: string, { blob, image }: Wish): boolean =>
    !settled.has(`${taker} ${blob.digest}`) && !settled.has(`${taker} ${image}`);
  const tidy = (entry: Entry): void => {
    if (entry.place === "dropped" && entry.readers === 0 && entry.state !== "filling") file.release(entry.extent);
  };
  const drop = (entry: Entry): void => {
    if (entry.place === "dropped") return;
    const { digest } = entry.wish.blob;
    entry.place = "dropped";
    kept.delete(digest);
    entries.delete(digest);
    entry.stop.abort();
    tidy(entry);
  };
  const begin = async (wish: Wish): Promise<Entry | undefined> => {
    const { source, repository, blob } = wish;
    const extent = await file.reserve(blob.size);
    if (extent === undefined) return undefined;
    const stop = new AbortController();
    const entry: Entry = { wish, extent, stop, written: 0, readers: 0, state: "filling", place: "kept", woken: [] };
    kept.set(blob.digest, entry);
    const content = await source.openBlob(repository, blob, stop.signal).catch((error: unknown) => {
      entry.state = { error };
      drop(entry);
      throw error;
    });
    const filling = fill(entry, content, file).then(() => {
      fills.delete(filling);
      if (entry.state !== "whole") drop(entry);
      wake(entry);
    });
    fills.add(filling);
    return entry;
  };

  return {
    open: async (wish, first, signal) => {
      const { source, repository, blob, takers } = wish;
      const direct = (from: number): Promise<Readable> => openFrom(source, repository, blob, from, signal);
      let pending = entries.get(blob.digest);
      if (pending === undefined) {
        if (!takers.all.some((taker) => taker !== takers.self && wants(taker, wish))) return direct(first);
        const begun = begin(wish);
        pending = begun;
        entries.set(blob.digest, begun);
        // Where there is no room now, there may be some later.
        const forget = (): void => {
          if (entries.get(blob.digest) === begun) entries.delete(blob.digest);
        };
        begun.then((entry) => entry ?? forget(), forget);
      }
      const entry = await orAborted(pending, signal);
      if (entry === undefined) return direct(first);
      entry.readers += 1;
      const reader = readFrom(entry, first, file, direct);
      reader.once("close", () => {
        entry.readers -= 1;
        tidy(entry);
      });
      return reader;
    },
    settle: (digest, taker) => {
      settled.add(`${taker} ${digest}`);
      const blob = kept.get(digest);
      const touched = blob === undefined ? [...kept.values()].filter(({ wish }) => wish.image === digest) : [blob];
      for (const entry of touched) {
        if (!entry.wish.takers.all.some((one) => wants(one, entry.wish))) drop(entry);
      }
    },
    close: async () => {
      for (const entry of kept.values()) entry.stop.abort();
      await Promise.allSettled(entries.values());
      await Promise.all(fills);
      await file.close();
    },
  };
}

/** Takes all that the source gives; never rejects. */
async function fill(entry: Entry, content: Readable, file: SpoolFile): Promise<void> {
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      try {
        await file.write(entry.extent, entry.written, chunk);
      } catch {
        entry.state = "disk failed";
        return;
      }
      entry.written += chunk.length;
      giveBack(chunk);
      wake(entry);
    }
    entry.state = "whole";
  } catch (error) {
    entry.state = { error };
  }
}

function wake(entry: Entry): void {
  for (const go of entry.woken.splice(0)) go();
}

/** Follows what is written; where the disk fails, goes on from the source. */
function readFrom(entry: Entry, first: number, file: SpoolFile, direct: (from: number) => Promise<Readable>): Readable {
  let at = first;
  let instead: Readable | undefined;
  let pieces: AsyncIterator<Buffer> | undefined;
  const fromSource = async (): Promise<Buffer | null> => {
    instead ??= await direct(at);
    pieces ??= (instead as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    const { value, done } = await pieces.next();
    return done === true ? null : value;
  };
  const next = async (): Promise<Buffer | null> => {
    while (instead === undefined && at >= entry.written && entry.state === "filling") {
      await new Promise<void>((resolve) => entry.woken.push(resolve));
    }
    if (instead !== undefined || entry.state === "disk failed") return fromSource();
    if (at < entry.written) {
      const piece = await file.read(entry.extent, at, entry.written - at).catch(() => undefined);
      if (piece === undefined) return fromSource();
      at += piece.length;
      return piece;
    }
    if (entry.state === "whole") return null;
    throw typeof entry.state === "string" ? new Error(`a spooled blob is ${entry.state}`) : entry.state.error;
  };
  const reader = new Readable({
    read() {
      next().then(
        (piece) => reader.push(piece),
        (error: Error) => reader.destroy(error),
      );
    },
    destroy(error, done) {
      instead?.destroy();
      done(error);
    },
  });
  return reader;
}
