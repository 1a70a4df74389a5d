import { Failed } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import { hasCode } from "./disk.ts";

/** `what` (a reference or digest) is not in the layout. */
export function notFound(what: string, folder: string): Failed {
  return new Failed({
    code: "registry/not-found",
    class: "permanent",
    message: `${what} is not in ${folder}`,
  });
}

/** A file that is being read ends before it did when it was opened. */
export function becameShorter(name: string): Failed {
  return new Failed({
    code: "archive/truncated",
    class: "permanent",
    message: `${name} is cut short: it has become shorter while it was read`,
    hint: "Look whether something still writes to it, and copy it again from where it was written",
  });
}

/** A manifest was to be stored before what it refers to. */
export function missingContent(repository: string, digest: Digest): Failed {
  return new Failed({
    code: "oci/missing-content",
    class: "permanent",
    message: `The manifest refers to ${digest}, which is not in ${repository}`,
    hint: "Push blobs and children first, then what refers to them",
  });
}

/** A folder holds something else: writing a layout into it would mix the two. */
export function notALayout(folder: string, why: string): Failed {
  return new Failed({
    code: "oci/not-a-layout",
    class: "usage",
    message: `${folder} is not an OCI image layout: ${why}`,
    hint: "Name an empty folder, one that does not exist yet, or one with an oci-layout file",
  });
}

/** Errors of the file system as what they mean to the owner of the folder; any other error as it is. */
export function explained(error: unknown, folder: string): unknown {
  if (hasCode(error, "ENOSPC", "EDQUOT"))
    return cannotWrite("oci/disk-full", `The disk of ${folder} is full`, "Free some room", error);
  if (!hasCode(error, "EACCES", "EPERM", "EROFS", "ENOTDIR", "EIO", "EMFILE")) return error;
  const why = error instanceof Error ? error.message : String(error);
  return cannotWrite(
    "oci/unusable-folder",
    `${folder} cannot be used: ${why}`,
    "Correct the folder's permissions, or name another",
    error,
  );
}

function cannotWrite(code: string, message: string, hint: string, cause: unknown): Failed {
  return new Failed({ code, class: "permanent", message, hint }, { cause });
}
