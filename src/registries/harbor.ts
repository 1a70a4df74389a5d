import { joinPath, type RegistryKind } from "./kind.ts";

/** Harbor: everything stands below a project. */
export const harbor: RegistryKind<"harbor"> = {
  pushedTo: (registry, { path }) => joinPath(registry.project, path),
  publicName: (registry, { path }) => ({ host: registry.endpoint.host, repository: joinPath(registry.project, path) }),
};
