import type { RegistryKind } from "./kind.ts";

/** Where images that are built here stand in an archive, as podman has it too. */
export const BUILT_HERE = "localhost";

/** The repository of an image that is built here. */
export const builtInArchive = (image: string): string => `${BUILT_HERE}/${image}`;

/** A file: images keep the names of where they come from, so that the archive can stand in for it. */
export const archive: RegistryKind<"archive"> = {
  pushedTo: (_registry, { path }) => nameInArchive(path),
  publicName: (_registry, { path }) => {
    const [host = "", ...rest] = nameInArchive(path).split("/");
    return { host, repository: rest.join("/") };
  },
};

/** A path without a registry before it is that of an image that is built. */
export const nameInArchive = (path: string): string => (path.startsWith("/") ? `${BUILT_HERE}${path}` : path);
