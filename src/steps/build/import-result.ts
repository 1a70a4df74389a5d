import { Failed, type Place } from "../../failure/index.ts";
import { type Archive, type Layout, type Manifest, openArchive, storeImage } from "../../oci/index.ts";

/** Where the result of a build goes. */
interface Into {
  /** Its name in the config, and its repository in the layout. */
  readonly image: string;
  readonly layout: Layout;
  readonly place: Place;
}

/** Takes what a builder has given over into the layout of builds, every byte verified. Throws `Failed` (`build/no-result`). */
export async function importResult(path: string, into: Into, signal: AbortSignal): Promise<Manifest> {
  const given = await openArchive([path]).catch((error: unknown) => {
    throw error instanceof Failed ? noResult(path, into, error) : error;
  });
  try {
    const [repository, reference] = onlyImage(given) ?? [];
    if (repository === undefined || reference === undefined) throw noResult(path, into);
    const as = { repository: into.image, tags: [] };
    const digest = await storeImage(into.layout, { from: given, repository, reference, as }, signal);
    return await into.layout.getManifest(into.image, digest, signal);
  } finally {
    await given.close();
  }
}

/** The image that a builder made is alone in what it gives. */
function onlyImage({ catalogues }: Archive) {
  for (const [repository, { manifests }] of catalogues[0]?.repositories ?? []) {
    for (const digest of manifests.keys()) return [repository, digest] as const;
  }
  return undefined;
}

function noResult(path: string, { image, place }: Into, cause?: Failed): Failed {
  return new Failed(
    {
      code: "build/no-result",
      class: "permanent",
      message: `The builder of ${image} has left no image layout at ${path}`,
      hint: "docker writes one since version 25; choose another builder with builder: podman or buildah",
      ...(cause !== undefined && { detail: [cause.message] }),
      place,
    },
    { cause },
  );
}
