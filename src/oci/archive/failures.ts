import { Failed } from "../../failure/index.ts";
import { formatBytes } from "../../units/bytes.ts";

const ANOTHER_COPY = "Copy the file again from where it was written, and look at it with: mirror archive verify";

/** A file is no tar, or not one that can be believed. */
export function badTar(name: string, why: string): Failed {
  return new Failed({
    code: "archive/bad-tar",
    class: "permanent",
    message: `${name} cannot be read as a tar: ${why}`,
    hint: ANOTHER_COPY,
  });
}

/** A file ends before its content does. */
export function truncated(name: string, why: string): Failed {
  return new Failed({
    code: "archive/truncated",
    class: "permanent",
    message: `${name} is cut short: ${why}`,
    hint: ANOTHER_COPY,
  });
}

export function tooManyEntries(name: string, most: number): Failed {
  return new Failed({
    code: "archive/too-many-entries",
    class: "permanent",
    message: `${name} has more than ${most} entries`,
    hint: "This is no archive of images: save it anew",
  });
}

/** An entry that nobody writes with good intent: its name leads elsewhere, it is a link, or it is there twice. */
export function badEntry(name: string, entry: string, why: string): Failed {
  return new Failed({
    code: "archive/bad-entry",
    class: "permanent",
    message: `${name} holds ${JSON.stringify(entry.slice(0, 140))}, ${why}`,
    hint: "An archive of images has no such entry: get it again from whoever saved it",
  });
}

/** A tar or folder that is not an OCI layout. */
export function notAnArchive(name: string, why: string): Failed {
  return new Failed({
    code: "archive/not-an-archive",
    class: "permanent",
    message: `${name} is no archive of images: ${why}`,
    hint: "Name an OCI layout: a tar that mirror save, skopeo or podman wrote, or a folder",
  });
}

/** The archive cannot be opened at all. */
export function unreadable(name: string, error: unknown): Failed {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? "there is no such file" : message;
  return new Failed(
    { code: "archive/unreadable", class: "permanent", message: `${name} cannot be opened: ${why}` },
    { cause: error },
  );
}

/** A blob whose bytes or length are not what its name or manifest says. */
export function damaged(name: string, digest: string, why: string): Failed {
  return new Failed({
    code: "archive/damaged",
    class: "permanent",
    message: `${digest} in ${name} is damaged: ${why}`,
    hint: ANOTHER_COPY,
  });
}

/** A reference or digest is not in the archive. */
export function notInArchive(name: string, what: string): Failed {
  return new Failed({
    code: "registry/not-found",
    class: "permanent",
    message: `${what} is not in ${name}`,
    hint: "See what is there with: mirror archive list",
  });
}

/** The disk has not enough room for an archive, which is known before anything is written. */
export function noRoom(name: string, folder: string, needed: number, free: number): Failed {
  return new Failed({
    code: "archive/no-room",
    class: "permanent",
    message: `${folder} has ${formatBytes(free)} free, and ${name} still needs ${formatBytes(needed)}, ${formatBytes(needed - free)} more than there is`,
    hint: "Free some room, save to another disk, or save less: --platform, --since, --volume-size",
  });
}

/** A differential archive is read without what it builds on. */
export function baseMissing(name: string, base: string, digest: string): Failed {
  return new Failed({
    code: "archive/base-missing",
    class: "permanent",
    message: `${name} holds only what ${base} does not, and ${digest} is in ${base} and not at the target`,
    hint: `Load ${base} first, or give it along: mirror load ${name} ${base}`,
  });
}

/** An image of an archive names what the archive does not hold, and nobody said that it would. */
export function incomplete(
  name: string,
  image: string,
  missing: readonly { readonly digest: string }[],
): Failed["failure"] {
  const count = missing.length === 1 ? "a blob" : `${missing.length} blobs`;
  return {
    code: "archive/incomplete",
    class: "permanent",
    message: `${image} in ${name} is not whole: ${count} of it are not there`,
    hint: "Save it again; a volume of several may need the others beside it",
    detail: missing.slice(0, 5).map(({ digest }) => digest),
  };
}

/** An image that does not fit into one file of the size that was asked for. */
export function volumeTooSmall(image: string, needed: number, volumeSize: number): Failed {
  return new Failed({
    code: "archive/volume-too-small",
    class: "usage",
    message: `${image} takes ${formatBytes(needed)} and a volume has room for ${formatBytes(volumeSize)}: an image is never split`,
    hint: `Give volumes of at least ${Math.ceil(needed / 1e6) + 1}M, or save fewer platforms`,
  });
}
