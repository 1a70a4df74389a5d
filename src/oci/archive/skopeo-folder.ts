import { lstat, readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { type Digest, digestOf, isDigest } from "../digest.ts";
import { blobReads } from "../layout/blob-reads.ts";
import { addManifest, emptyCatalogue } from "../layout/catalogue.ts";
import { unlessMissing } from "../layout/disk.ts";
import { parseObject } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { isHost, isRepository, isTag } from "../reference.ts";
import { badEntry, notAnArchive } from "./failures.ts";
import type { Piece } from "./piece.ts";

/** The folder of an image is at most so far below: `host/a/b/c/name:tag`. */
const DEEPEST = 12;
const MOST_FOLDERS = 10_000;
const LARGEST_MANIFEST = 16 * 1024 * 1024;
const MANIFEST = "manifest.json";

/**
 * Opens what `skopeo copy … dir:FOLDER` writes, or the tree of such folders of `skopeo sync --dest dir`; none where
 * there is nothing like it or where a layout stands. An image is called by its folder's path, `quay.io/team/app:1`, or
 * the name of the folder itself. Throws `Failed`: `archive/bad-entry`, `archive/not-an-archive`, `oci/bad-manifest`.
 */
export async function openSkopeoFolders(top: string): Promise<readonly Piece[]> {
  if ((await unlessMissing(lstat(join(top, "index.json")))) !== undefined) return [];
  const found: string[] = [];
  const waiting = [{ folder: top, depth: 0 }];
  for (let at = 0; at < waiting.length; at++) {
    const { folder, depth } = waiting[at] as { folder: string; depth: number };
    if (await isImage(folder)) {
      found.push(folder);
      continue;
    }
    for (const entry of depth < DEEPEST ? await readdir(folder, { withFileTypes: true }) : []) {
      if (entry.isDirectory()) waiting.push({ folder: join(folder, entry.name), depth: depth + 1 });
    }
    if (waiting.length > MOST_FOLDERS) throw notAnArchive(top, `it has more than ${MOST_FOLDERS} folders`);
  }
  const calledBy = (folder: string): string =>
    folder === top ? basename(top) : relative(top, folder).split(sep).join("/");
  return Promise.all(found.map((folder) => openImage(folder, calledBy(folder))));
}

async function isImage(folder: string): Promise<boolean> {
  const version = await unlessMissing(readFile(join(folder, "version"), "utf8"));
  return version?.startsWith("Directory Transport Version:") === true;
}

async function openImage(folder: string, called: string): Promise<Piece> {
  const found = await unlessMissing(lstat(join(folder, MANIFEST)));
  if (found === undefined) throw notAnArchive(folder, `it has no ${MANIFEST}`);
  if (!found.isFile()) throw badEntry(folder, MANIFEST, "which is no file");
  const { size } = found;
  if (size > LARGEST_MANIFEST) throw notAnArchive(folder, `its ${MANIFEST} has ${size} bytes`);
  const bytes = await readFile(join(folder, MANIFEST));
  const top = { digest: digestOf(bytes), size, mediaType: mediaTypeOf(bytes, join(folder, MANIFEST)) };
  const files = await filesOf(folder, top.digest);
  const catalogue = emptyCatalogue();
  const { repository, tags } = nameOf(called);
  addManifest(catalogue, repository, top, tags);
  return {
    file: folder,
    catalogue,
    blobs: new Map([...files].map(([digest, file]) => [digest, file.size])),
    reads: blobReads(folder, (digest) => join(folder, files.get(digest)?.name ?? digest)),
    close: async () => {},
  };
}

/** OCI's manifests need not say what they are. */
function mediaTypeOf(bytes: Uint8Array, where: string): string {
  const { mediaType, manifests } = parseObject(bytes, where);
  if (typeof mediaType === "string") return mediaType;
  return manifests === undefined ? MediaType.ociManifest : MediaType.ociIndex;
}

/** Blobs are called by the hex digits of their digests, and so are the manifests that an index lists. */
async function filesOf(folder: string, top: Digest): Promise<ReadonlyMap<Digest, { name: string; size: number }>> {
  const files = new Map<Digest, { name: string; size: number }>();
  for (const name of await readdir(folder)) {
    const hex = /^([0-9a-f]{64}|[0-9a-f]{128})(?:\.manifest\.json)?$/.exec(name)?.[1] ?? "";
    const digest = name === MANIFEST ? top : `${hex.length === 128 ? "sha512" : "sha256"}:${hex}`;
    if (!isDigest(digest)) continue;
    const found = await lstat(join(folder, name));
    if (!found.isFile()) throw badEntry(folder, name, "which is no file");
    files.set(digest, { name, size: found.size });
  }
  return files;
}

/** A folder whose path is no name of an image is known by its digest alone. */
function nameOf(called: string): { readonly repository: string; readonly tags: readonly string[] } {
  const [, path = "", tag] = /^(.+?)(?::([^:/]+)|@[^/]+)?$/.exec(called) ?? [];
  const slash = path.indexOf("/");
  const isName =
    isRepository(path) || (slash > 0 && isHost(path.slice(0, slash)) && isRepository(path.slice(slash + 1)));
  if (!isName || (tag !== undefined && !isTag(tag))) return { repository: "", tags: [] };
  return { repository: path, tags: tag === undefined ? [] : [tag] };
}
