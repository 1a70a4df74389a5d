import { addManifest, type Catalogue, emptyCatalogue } from "../../layout/catalogue.ts";
import { parseReference } from "../../reference.ts";

/** Where docker and containerd write the whole name of an image; `ref.name` is the bare tag in theirs. */
const IMAGE_NAME = "io.containerd.image.name";

/**
 * An index of `docker save` with its images under their whole names, or its only image under the name that a list
 * gives it. Other indexes stay as they are.
 */
export function namedByDocker(catalogue: Catalogue, calls: string | undefined): Catalogue {
  const nameless = catalogue.repositories.get("");
  if (nameless === undefined) return catalogue;
  const all: Catalogue = { ...emptyCatalogue(), rest: catalogue.rest };
  for (const [repository, { manifests, tags }] of catalogue.repositories) {
    for (const manifest of manifests.values()) {
      const own = manifest.annotations?.[IMAGE_NAME];
      const name = repository === "" ? (manifests.size === 1 ? (calls ?? own) : own) : undefined;
      const standing = [...tags].filter(([, digest]) => digest === manifest.digest).map(([tag]) => tag);
      if (name === undefined) addManifest(all, repository, manifest, standing);
      else {
        const { host, repository: path, tag } = parseReference(name);
        addManifest(all, `${host}/${path}`, manifest, [tag ?? "latest"]);
      }
    }
  }
  return all;
}
