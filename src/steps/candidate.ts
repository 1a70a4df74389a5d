import { join } from "node:path";
import { type Candidate, type Notebook, openNotebook } from "../certification/certify/index.ts";
import { imagesOf, readConfig } from "../certification/index.ts";
import type { RegistryClient } from "../oci/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Scope } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

/** An image on its way through Red Hat's certification, and where it stands. */
export interface AtRedHat {
  readonly candidate: Candidate;
  readonly client: RegistryClient;
  /** Platforms that Red Hat does not certify. */
  readonly left: readonly string[];
}

/** Looks at what was pushed: the images of an index, by their architectures. */
export async function candidateOf(image: PublishedImage, scope: Scope, signal: AbortSignal): Promise<AtRedHat> {
  const { destination, digest } = image;
  const registry = scope.config.registries.get(destination.registry);
  if (registry?.type !== "rhcr" || destination.component === undefined)
    throw new Error(`${image.name} has no component`);
  const client = await scope.connections.target(registry.name);
  const repository = waysOf(registry).pushedTo(destination);
  const { images, form, left } = await imagesOf(client, repository, digest, signal);
  return {
    candidate: {
      component: destination.component,
      pushed: { host: registry.endpoint.host, repository, tag: destination.tag },
      reference: image.reference,
      digest,
      form,
      platforms: await Promise.all(
        images.map(async (manifest) => {
          const { architecture } = await readConfig(client, repository, manifest, signal);
          return { digest: manifest.digest, architecture };
        }),
      ),
    },
    client,
    left,
  };
}

/** What earlier runs know of an image of a component. */
export function notebookOf(image: PublishedImage, { config, now }: Scope): Promise<Notebook> {
  const { component = "no-component" } = image.destination;
  const folder = join(config.folder, ".mirror", "certification");
  return openNotebook({ folder, component, digest: image.digest, reference: image.reference, now });
}
