import type { ImageManifest, ImageSource } from "../../oci/index.ts";
import type { Layer } from "./layer.ts";
import { readLayer } from "./read-layer.ts";

/** Layers read at once: unpacking runs on threads of its own, reading tars on ours. */
const AT_ONCE = 4;

/** Reads all layers of an image, base first. Throws what `readLayer` and the source throw. */
export async function readLayers(
  source: ImageSource,
  repository: string,
  { layers }: ImageManifest,
  signal: AbortSignal,
): Promise<readonly Layer[]> {
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const done: Layer[] = [];
  const waiting = [...layers.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, layer] = next;
      done[index] = await readLayer(await source.openBlob(repository, layer, stopping), layer, stopping);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return done;
  } catch (thrown) {
    // The first failure is the one to tell; the others end with it.
    stop.abort(thrown);
    throw thrown;
  }
}
