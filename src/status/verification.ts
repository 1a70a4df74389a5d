import type { Failure } from "../failure/index.ts";
import type { Cell } from "./status.ts";

/** What is missing at a place or wrong there. */
export interface Wrong {
  /** The image of the config or lock; undefined where it belongs to no one of them. */
  readonly image: string | undefined;
  /** `host/repository:tag`, or the archive. */
  readonly at: string;
  readonly failure: Failure;
}

/** Whether a target or an archive has all images of a release. */
export interface Verification {
  /** The target, or the archive's name. */
  readonly name: string;
  /** The server, and the folder that it is served from where it is embedded; undefined for an archive, which is its name. */
  readonly where: { readonly host: string; readonly folder: string | undefined } | undefined;
  /** Images that were looked for. */
  readonly images: number;
  readonly wrong: readonly Wrong[];
  /** What was read and hashed; undefined where only digests were asked for. */
  readonly read:
    | {
        readonly blobs: number;
        readonly bytes: number;
        readonly referrers: number | undefined;
      }
    | undefined;
  /** The archive or lock that has to have the blobs that this one leaves out, and how many. */
  readonly base: { readonly name: string; readonly blobs: number } | undefined;
}

/** What a cell says against an image; undefined where its bytes are there as the release has them. */
export function wrongIn(cell: Cell, at: string, mend: string): Failure | undefined {
  switch (cell.state) {
    case "absent":
    case "up-to-date":
    case "there":
    case "tag-moved":
    // Somebody else's work on it is not done, but the image is there.
    case "pushed":
    case "certified":
    case "published":
    case "failed":
      return undefined;
    case "missing":
      return { code: "verify/missing", class: "permanent", message: `${at} is not there`, hint: mend };
    case "other-digest":
      return {
        code: "verify/other-digest",
        class: "permanent",
        message: `${at} is ${cell.digest} and not ${cell.wanted}`,
        hint: mend,
      };
    case "conflict":
      return {
        code: "verify/other-digest",
        class: "conflict",
        message: `${at} is ${cell.digest} and not ${cell.wanted}, and its tag is immutable`,
        hint: "Publish the image under another tag, or remove the tag at the registry",
      };
    case "unsigned":
      return {
        code: "verify/unsigned",
        class: "permanent",
        message: `${at} has no signature, and its target requires one`,
        hint: mend,
      };
    case "unknown":
      return cell.failure;
  }
}
