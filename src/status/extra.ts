import type { Config } from "../config/index.ts";
import { failureOf } from "../failure/index.ts";
import type { Destination } from "../plan/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Extra } from "./status.ts";
import type { Outside } from "./wanted.ts";

/** Something of the release at a target. */
export interface Placed {
  readonly target: string;
  readonly destination: Destination;
}

/** What signatures and their like are found by: they belong to an image, and are none. */
const DIGEST_TAG = /^sha(?:256|512)-[0-9a-f]{32,}/;

/**
 * Tags at the targets that the release does not know, by one list of tags for each repository that it publishes to.
 * A repository that is not there, or that nobody may list, has none to tell of.
 */
export async function findExtra(
  config: Config,
  placed: readonly Placed[],
  outside: Outside,
): Promise<readonly Extra[]> {
  const known = new Map<string, { target: string; registry: string; repository: string; tags: Set<string> }>();
  for (const { target, destination } of placed) {
    const registry = config.registries.get(destination.registry);
    if (registry === undefined) continue;
    const repository = waysOf(registry).pushedTo(destination);
    const key = `${registry.name} ${repository}`;
    const entry = known.get(key) ?? { target, registry: registry.name, repository, tags: new Set() };
    if (destination.tag !== undefined) entry.tags.add(destination.tag);
    known.set(key, entry);
  }
  const found = [...known.values()].map(async ({ target, registry, repository, tags }) => {
    const client = await outside.connections.target(registry);
    const all = await client.listTags(repository, outside.signal).catch((thrown: unknown) => {
      if (outside.signal.aborted || failureOf(thrown).code === "internal/unexpected") throw thrown;
      return [];
    });
    const extra = all.filter((tag) => !tags.has(tag) && !DIGEST_TAG.test(tag));
    return extra.length === 0 ? [] : [{ target, repository, tags: extra.sort() }];
  });
  return (await Promise.all(found)).flat();
}
