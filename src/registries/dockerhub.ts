import { joinPath, type RegistryKind } from "./kind.ts";

/** Docker Hub: two levels, namespace and name, written with the host `docker.io`. */
export const dockerhub: RegistryKind<"dockerhub"> = {
  pushedTo: (registry, { path }) => joinPath(registry.namespace, path),
  publicName: (registry, { path }) => ({ host: "docker.io", repository: joinPath(registry.namespace, path) }),
};
