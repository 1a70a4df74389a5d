import { joinPath, type RegistryKind } from "./kind.ts";

/** Quay: everything stands below a namespace (an organization or a user). */
export const quay: RegistryKind<"quay"> = {
  pushedTo: (registry, { path }) => joinPath(registry.namespace, path),
  publicName: (registry, { path }) => ({
    host: registry.endpoint.host,
    repository: joinPath(registry.namespace, path),
  }),
};
