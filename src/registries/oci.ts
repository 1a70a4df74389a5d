import { joinPath, type RegistryKind } from "./kind.ts";

/** Any server that speaks the distribution specification: names are what the config writes. */
export const oci: RegistryKind<"oci"> = {
  pushedTo: (registry, { path }) => joinPath(registry.prefix, path),
  publicName: (registry, { path }) => ({ host: registry.endpoint.host, repository: joinPath(registry.prefix, path) }),
};
