import { join } from "node:path";
import { type Notebook, openNotebook } from "../certification/certify/index.ts";
import { type AtRedHat, candidateAt } from "../registries/index.ts";
import type { Scope } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

/** Looks at what was pushed: the images of an index, by their architectures. */
export async function candidateOf(image: PublishedImage, scope: Scope, signal: AbortSignal): Promise<AtRedHat> {
  const { destination, digest } = image;
  const registry = scope.config.registries.get(destination.registry);
  if (registry?.type !== "rhcr") throw new Error(`${image.name} is not at Red Hat`);
  return candidateAt({ registry, publication: destination, digest }, scope.connections, signal);
}

/** What earlier runs know of an image of a component. */
export function notebookOf(image: PublishedImage, { config, now }: Scope): Promise<Notebook> {
  const { component = "no-component" } = image.destination;
  const folder = join(config.folder, ".mirror", "certification");
  return openNotebook({ folder, component, digest: image.digest, reference: image.reference, now });
}
