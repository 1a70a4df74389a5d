import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Digest } from "../../digest.ts";
import { unlessMissing } from "../../layout/disk.ts";
import type { RegistryClient } from "../../registry-client.ts";
import { noRoom, volumeTooSmall } from "../failures.ts";
import { regionLength } from "./regions.ts";
import {
  type ArchiveTarget,
  type ArchiveTargetOptions,
  type Expected,
  freeBytes,
  openArchiveTarget,
  type Room,
  type Saved,
} from "./target.ts";

type Image = Expected["images"][number];

interface Volume {
  readonly images: Image[];
  /** What it takes in the file. */
  readonly blobs: Map<Digest, number>;
  bytes: number;
}

/** For the index, the end of a tar, and signatures, which are found while images are copied. */
const SPARE = 0.01;
const PER_IMAGE = 2048;
const PER_VOLUME = 16 * 1024;

/**
 * An archive in several files, `FILE.1.tar` and so on, each an archive of its own with whole images: what is lost with
 * one of them is no other's. A layer that images in two of them need is in both.
 */
export async function openVolumes(
  options: ArchiveTargetOptions & { readonly volumeSize: number },
): Promise<ArchiveTarget> {
  const { file, volumeSize, base } = options;
  const targets: ArchiveTarget[] = [];
  const assigned = new Map<string, ArchiveTarget>();
  const last = (): ArchiveTarget => {
    const target = targets.at(-1);
    if (target === undefined) throw new Error("volumes are laid out before anything is copied");
    return target;
  };

  async function prepare(expected: Expected, onVerified: (bytes: number) => void): Promise<Room> {
    const volumes = layOutVolumes(expected.images, volumeSize * (1 - SPARE), (digest) => base?.has(digest) === true);
    const count = volumes.length;
    const rooms: Room[] = [];
    for (const [index, { images, blobs }] of volumes.entries()) {
      const target = await openArchiveTarget({
        ...options,
        file: volumeFile(file, index + 1),
        volume: `${index + 1}/${count}`,
      });
      targets.push(target);
      for (const { repository, tag } of images) assigned.set(keyOf(repository, tag), target);
      const own = images.flatMap((image) => image.blobs).filter(({ digest }) => blobs.delete(digest));
      rooms.push(await target.prepare({ images, blobs: own, mode: expected.mode, beside: 0 }, onVerified));
    }
    const free = await freeBytes(dirname(file));
    const needed = sumOf(rooms, (room) => room.needed);
    if (needed > free) throw noRoom(`${count} volumes`, dirname(file), needed, free);
    return { needed, there: sumOf(rooms, ({ there }) => there), inBase: sumOf(rooms, (room) => room.inBase), free };
  }

  async function finish(lock: string | undefined, onBytes: (bytes: number, of: number) => void): Promise<Saved> {
    const saved: Saved[] = [];
    for (const target of targets) saved.push(await target.finish(lock, onBytes));
    return {
      state: saved.every(({ state }) => state === "up-to-date") ? "up-to-date" : "written",
      file: [...new Set([saved[0]?.file ?? file, saved.at(-1)?.file ?? file])].join(" to "),
      images: sumOf(saved, ({ images }) => images),
      blobs: sumOf(saved, ({ blobs }) => blobs),
      bytes: sumOf(saved, ({ bytes }) => bytes),
    };
  }

  const clientFor = (repository: string, tag: string | undefined): RegistryClient =>
    (assigned.get(keyOf(repository, tag)) ?? last()).client;

  return {
    get client(): RegistryClient {
      return {
        ...last().client,
        headManifest: async (repository, reference, signal, purpose) => {
          for (const { client } of targets) {
            const found = await client.headManifest(repository, reference, signal, purpose);
            if (found !== undefined) return found;
          }
          return undefined;
        },
      };
    },
    clientFor,
    prepare,
    finish,
    close: async () => {
      await Promise.all(targets.map((target) => target.close()));
    },
  };
}

const keyOf = (repository: string, tag: string | undefined): string => `${repository}:${tag ?? ""}`;

/** `release.2.tar` of `release.tar`. */
export const volumeFile = (file: string, number: number): string =>
  /\.tar$/.test(file) ? file.replace(/\.tar$/, `.${number}.tar`) : `${file}.${number}`;

/** The volumes of an archive that are there, in order. */
export async function volumesOf(file: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let number = 1; ; number++) {
    const volume = volumeFile(file, number);
    if ((await unlessMissing(stat(volume))) === undefined) return found;
    found.push(volume);
  }
}

/**
 * Which images go into which volume: large ones first, each to where it adds the least, since what it shares with
 * others is there already. Throws `Failed` (`archive/volume-too-small`).
 */
export function layOutVolumes(
  images: readonly Image[],
  volumeSize: number,
  isElsewhere: (digest: Digest) => boolean,
): Volume[] {
  const volumes: Volume[] = [];
  const needOf = ({ blobs }: Image, volume: Volume | undefined): number =>
    [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
      .filter(({ digest }) => !isElsewhere(digest) && volume?.blobs.has(digest) !== true)
      .reduce((sum, { digest, size }) => sum + regionLength(digest, size), PER_IMAGE);
  const sized = images.map((image) => ({ image, alone: needOf(image, undefined) }));
  for (const { image, alone } of sized.sort((a, b) => b.alone - a.alone)) {
    if (alone + PER_VOLUME > volumeSize) throw volumeTooSmall(nameOf(image), alone + PER_VOLUME, volumeSize);
    const fitting = volumes
      .map((volume) => ({ volume, need: needOf(image, volume) }))
      .filter(({ volume, need }) => volume.bytes + need <= volumeSize)
      .sort((a, b) => a.need - b.need)[0];
    const volume = fitting?.volume ?? { images: [], blobs: new Map<Digest, number>(), bytes: PER_VOLUME };
    if (fitting === undefined) volumes.push(volume);
    volume.bytes += fitting?.need ?? alone;
    volume.images.push(image);
    for (const { digest, size } of image.blobs) if (!isElsewhere(digest)) volume.blobs.set(digest, size);
  }
  return volumes.length === 0 ? [{ images: [], blobs: new Map(), bytes: 0 }] : volumes;
}

const nameOf = ({ repository, tag, digest }: Image): string =>
  `${repository}${tag === undefined ? `@${digest}` : `:${tag}`}`;

const sumOf = <Value>(values: readonly Value[], of: (value: Value) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0);
