import type { RegistryKind } from "./kind.ts";

/** A folder that mirror serves on loopback for the time of a run; references carry the name it stands in for. */
export const embedded: RegistryKind<"embedded"> = {
  pushedTo: (_registry, { path }) => path,
  publicName: (registry, { path }) => ({ host: registry.host, repository: path }),
};
