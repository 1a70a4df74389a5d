import type { Digest } from "../digest.ts";

/**
 * What a run knows of the registries it copies to: which repository holds a blob, who is just bringing one, which
 * manifests are there. A registry is known by its name.
 */
export interface TargetMemory {
  /**
   * Brings a blob to a repository once, however many images need it there: all others wait for the first, and try
   * themselves where it fails.
   */
  readonly once: (
    registry: string,
    repository: string,
    digest: Digest,
    bring: () => Promise<Brought>,
    isDropped: () => boolean,
  ) => Promise<Brought>;
  /**
   * The repository of a registry that a blob can be mounted from; waits where one is just being filled. Undefined:
   * the caller is the first, and says by `lead` how it ended.
   */
  readonly holder: (registry: string, digest: Digest) => Promise<string> | undefined;
  readonly lead: (registry: string, digest: Digest, bring: () => Promise<string>) => Promise<string>;
  readonly forget: (registry: string, repository: string, digest: Digest) => void;
  /** False once a registry has refused to look for a blob in the repository that it is to be in. */
  readonly mounts: (registry: string) => boolean;
  readonly mountsNothing: (registry: string) => void;
  readonly hasManifest: (registry: string, repository: string, digest: Digest) => boolean;
  readonly addManifest: (registry: string, repository: string, digest: Digest) => void;
}

/** How a blob came to be where it is, and the bytes that this took from the source. */
export type Brought = { readonly kind: "present" | "mounted" } | { readonly kind: "sent"; readonly bytes: number };

export function createTargetMemory(): TargetMemory {
  const holders = new Map<string, Promise<string>>();
  const inRepository = new Map<string, Promise<Brought>>();
  const manifests = new Set<string>();
  const withoutMounts = new Set<string>();
  return {
    once: async (registry, repository, digest, bring, isDropped) => {
      const key = `${registry} ${repository} ${digest}`;
      for (;;) {
        const pending = inRepository.get(key);
        if (pending === undefined) return remember(inRepository, key, bring());
        const brought = await pending.then(
          () => ({ kind: "present" }) as const,
          () => undefined,
        );
        if (brought !== undefined || isDropped()) return brought ?? pending;
      }
    },
    holder: (registry, digest) => holders.get(`${registry} ${digest}`),
    lead: (registry, digest, bring) => remember(holders, `${registry} ${digest}`, bring()),
    forget: (registry, repository, digest) => {
      inRepository.delete(`${registry} ${repository} ${digest}`);
      holders.delete(`${registry} ${digest}`);
    },
    mounts: (registry) => !withoutMounts.has(registry),
    mountsNothing: (registry) => {
      withoutMounts.add(registry);
    },
    hasManifest: (registry, repository, digest) => manifests.has(`${registry} ${repository} ${digest}`),
    addManifest: (registry, repository, digest) => {
      manifests.add(`${registry} ${repository} ${digest}`);
    },
  };
}

/** Keeps a promise as long as it does not fail. */
function remember<Value>(map: Map<string, Promise<Value>>, key: string, pending: Promise<Value>): Promise<Value> {
  map.set(key, pending);
  pending.catch(() => {
    if (map.get(key) === pending) map.delete(key);
  });
  return pending;
}
