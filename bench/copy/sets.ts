import type { Layer } from "../../test/rig/blob.ts";
import { type Image, indexImage, type NamedImage, singleImage } from "../../test/rig/images.ts";
import { writeLayer } from "./layers.ts";

export type SetName = "stacks" | "small" | "many" | "large" | "index";

/** Images that are copied together. */
export interface ImageSet {
  readonly images: readonly NamedImage[];
  /** The same set later: some images have new content under a new tag. */
  readonly later: readonly NamedImage[];
}

export interface SetOptions {
  /** Where layers are kept until they are pushed. */
  readonly folder: string;
  /** 1 for the sizes that the titles say. */
  readonly scale: number;
}

const MB = 1_000_000;
const KB = 1_000;

export const setTitles: Readonly<Record<SetName, string>> = {
  stacks: "24 images on 4 shared base stacks, 1.2 GB unique, 4 GB with repetition",
  small: "200 images of three layers of 20 to 200 KB, 66 MB",
  many: "1,000 images of three layers of 20 to 200 KB, 330 MB",
  large: "one image of two 1 GB layers",
  index: "one index of five platforms with attestations, twenty layers, 600 MB",
};

/** Makes a set. Sizes are scaled, and in the set of small images their number instead. */
export function makeSet(name: SetName, options: SetOptions): Promise<ImageSet> {
  switch (name) {
    case "stacks":
      return stacks(options);
    case "small":
      return small(200, options);
    case "many":
      return small(1000, options);
    case "large":
      return large(options);
    case "index":
      return index(options);
  }
}

/** Base stacks of 140 MB in three layers; each image adds 20 and 6.7 MB. Later, three have another last layer. */
async function stacks({ folder, scale }: SetOptions): Promise<ImageSet> {
  const layer = (seed: string, size: number) => writeLayer(folder, seed, Math.round(size * scale));
  const bases: Layer[][] = [];
  for (const stack of [0, 1, 2, 3]) {
    const sizes = [90 * MB, 40 * MB, 10 * MB];
    bases.push(await inTurn(sizes, (size, n) => layer(`stack-${stack}-${n}`, size)));
  }
  const images: NamedImage[] = [];
  const later: NamedImage[] = [];
  for (let i = 0; i < 24; i++) {
    const below = [...(bases[i % 4] ?? []), await layer(`app-${i}-lib`, 6.7 * MB)];
    const first = named(i, "1.0", singleImage([...below, await layer(`app-${i}-bin`, 20 * MB)], "oci"));
    images.push(first);
    const changes = i % 8 === 0;
    const last = changes ? await layer(`app-${i}-bin-later`, 20 * MB) : undefined;
    later.push(last === undefined ? first : named(i, "1.1", singleImage([...below, last], "oci")));
  }
  return { images, later };
}

async function small(count: number, { folder, scale }: SetOptions): Promise<ImageSet> {
  const images: NamedImage[] = [];
  for (let i = 0; i < Math.max(8, Math.round(count * scale)); i++) {
    const sizes = [20 + ((i * 37) % 181), 20 + ((i * 71) % 181), 20 + ((i * 113) % 181)];
    const layers = await inTurn(sizes, (size, n) => writeLayer(folder, `small-${i}-${n}`, size * KB));
    images.push(named(i, "1.0", singleImage(layers, "oci")));
  }
  return { images, later: images };
}

async function large({ folder, scale }: SetOptions): Promise<ImageSet> {
  const size = Math.round(1000 * MB * scale);
  const layers = await inTurn([0, 1], (n) => writeLayer(folder, `large-${n}`, size));
  const images = [named(0, "1.0", singleImage(layers, "oci"))];
  return { images, later: images };
}

async function index({ folder, scale }: SetOptions): Promise<ImageSet> {
  const platforms = new Map<string, Image>();
  for (const architecture of ["amd64", "arm64", "ppc64le", "riscv64", "s390x"]) {
    const sizes = [80 * MB, 30 * MB, 8 * MB, 2 * MB].map((size) => Math.round(size * scale));
    const layers = await inTurn(sizes, (size, n) => writeLayer(folder, `index-${architecture}-${n}`, size));
    platforms.set(architecture, singleImage(layers, "oci", architecture));
  }
  const images = [named(0, "1.0", indexImage(platforms, { form: "oci", attestations: "with" }))];
  return { images, later: images };
}

function named(i: number, tag: string, image: Image): NamedImage {
  return { repository: `bench/app-${String(i).padStart(3, "0")}`, tag, image };
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  make: (item: Item, position: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [position, item] of items.entries()) results.push(await make(item, position));
  return results;
}
