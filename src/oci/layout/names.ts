import { type Digest, isDigest } from "../digest.ts";
import { isTag } from "../reference.ts";

/** What an entry of index.json is called: the repository it belongs to, and the tag or digest it is there. */
export type EntryName =
  | { readonly kind: "tag"; readonly repository: string; readonly tag: string }
  | { readonly kind: "digest"; readonly repository: string };

/**
 * The value of `org.opencontainers.image.ref.name` for a manifest of a repository: `repository:tag`, or
 * `repository@digest` for one that has no tag. Both are in the grammar of image-spec, annotations.md, so that
 * `skopeo inspect oci:FOLDER:repository:tag` reads them. The repository "" is that of layouts which name no
 * repository (`skopeo copy … oci:FOLDER:tag`): there it is the bare tag, or no name at all.
 */
export function entryName(repository: string, reference: string): string | undefined {
  if (isDigest(reference)) return repository === "" ? undefined : `${repository}@${reference}`;
  return repository === "" ? reference : `${repository}:${reference}`;
}

/** Reads what {@link entryName} wrote; a name of another form is a tag of the repository "". */
export function parseEntryName(name: string | undefined, digest: Digest): EntryName {
  if (name === undefined) return { kind: "digest", repository: "" };
  if (name.endsWith(`@${digest}`)) return { kind: "digest", repository: name.slice(0, -digest.length - 1) };
  const colon = name.lastIndexOf(":");
  if (colon > 0 && isTag(name.slice(colon + 1))) {
    return { kind: "tag", repository: name.slice(0, colon), tag: name.slice(colon + 1) };
  }
  return { kind: "tag", repository: "", tag: name };
}
