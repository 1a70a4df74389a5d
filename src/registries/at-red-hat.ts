import { type Candidate, type PublicationState, publicationStateOf } from "../certification/certify/index.ts";
import { imagesOf, readConfig } from "../certification/index.ts";
import type { Digest, RegistryClient } from "../oci/index.ts";
import type { Connections } from "./connections.ts";
import type { Publication, RegistryOf } from "./kind.ts";
import { rhcr } from "./rhcr.ts";

/** An image that was pushed to a component at Red Hat. */
export interface Pushed {
  readonly registry: RegistryOf<"rhcr">;
  readonly publication: Publication & { readonly tag: string | undefined };
  readonly digest: Digest;
}

/** An image on its way through Red Hat's certification, and where it stands. */
export interface AtRedHat {
  readonly candidate: Candidate;
  readonly client: RegistryClient;
  /** Platforms that Red Hat does not certify. */
  readonly left: readonly string[];
}

/** Looks at what was pushed: the images of an index, by their architectures. Throws like the registry. */
export async function candidateAt(
  { registry, publication, digest }: Pushed,
  connections: Connections,
  signal: AbortSignal,
): Promise<AtRedHat> {
  const { component, tag } = publication;
  if (component === undefined) throw new Error(`${publication.path} has no component`);
  const client = await connections.target(registry.name);
  const repository = rhcr.pushedTo(registry, publication);
  const { host, repository: name } = rhcr.publicName(registry, publication);
  const { images, form, left } = await imagesOf(client, repository, digest, signal);
  return {
    candidate: {
      component,
      pushed: { host: registry.endpoint.host, repository, tag },
      reference: `${host}/${name}${tag === undefined ? `@${digest}` : `:${tag}`}`,
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

/**
 * Whether users can pull what was pushed to a component: with a key Red Hat's certification service tells, without one
 * its public catalog, which knows less.
 */
export async function stateAtRedHat(
  pushed: Pushed,
  connections: Connections,
  signal: AbortSignal,
): Promise<PublicationState | undefined> {
  const { registry, publication, digest } = pushed;
  const pyxis = connections.certification(registry.name);
  if (pyxis === undefined || publication.component === undefined)
    return rhcr.stateOf?.(registry, publication, digest, signal);
  const { candidate } = await candidateAt(pushed, connections, signal);
  return publicationStateOf(candidate, pyxis, signal);
}
