import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { NamedImage } from "../../test/rig/images.ts";
import { type ImageSet, makeSet, type SetName } from "./sets.ts";
import { cloneStorage, emptyStorage, fill } from "./storage.ts";

/** A set in registries' folders, ready to be copied. */
export interface Place {
  readonly set: ImageSet;
  /** The source's storage: the images, and what they are later. */
  readonly source: string;
  /** Makes the storage of a target that has nothing, or all images as they were at first. */
  readonly makeTarget: (content: "nothing" | "images") => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Makes a set and pushes it. */
export async function makePlace(folder: string, name: SetName, scale: number): Promise<Place> {
  const part = (name: string): string => join(folder, name);
  const [layers, source, filled, target] = [part("layers"), part("source"), part("filled"), part("target")];
  for (const each of [layers, source]) await mkdir(each, { recursive: true });
  const set = await makeSet(name, { folder: layers, scale });
  await fill(source, set.images);
  await cloneStorage(source, filled);
  await fill(source, changed(set));
  await rm(layers, { recursive: true });
  return {
    set,
    source,
    makeTarget: async (content) => {
      await emptyStorage(target);
      if (content === "images") await cloneStorage(filled, target);
      return target;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const changed = ({ images, later }: ImageSet): readonly NamedImage[] =>
  later.filter((image) => !images.includes(image));
