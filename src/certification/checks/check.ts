import type { ImageManifest } from "../../oci/index.ts";
import type { ImageConfig } from "../image/config.ts";
import type { FileSystem } from "../image/file-system.ts";
import type { Layer } from "../image/layer.ts";
import type { PackageList } from "../rpm/database.ts";

/** Under which names Red Hat knows its checks. */
export type CheckName =
  | "HasLicense"
  | "HasUniqueTag"
  | "LayerCountAcceptable"
  | "HasNoProhibitedPackages"
  | "HasRequiredLabel"
  | "HasNoProhibitedLabels"
  | "RunAsNonRoot"
  | "HasModifiedFiles"
  | "BasedOnUbi"
  | "HasProhibitedContainerName";

/** One check: what it asks of an image, and what to do where the answer is no. */
export interface Check {
  readonly name: CheckName;
  /** What must be so, as a line of a checklist. */
  readonly asks: string;
  /** A sentence that starts with a verb. */
  readonly remedy: string;
  readonly judge: (subject: Subject) => Verdict | Promise<Verdict>;
}

export type Verdict =
  | { readonly kind: "passed"; readonly note?: string }
  | { readonly kind: "failed"; readonly because: string }
  /** It cannot be told from this image, and Red Hat's own check would end so too: the image does not pass. */
  | {
      readonly kind: "error";
      readonly because: string /** Where it is another than that of the check. */;
      readonly remedy?: string;
    }
  /** It cannot be told here and now: neither passed nor failed. */
  | { readonly kind: "unknown"; readonly because: string };

/** The image of one architecture, with all that checks ask of it. */
export interface Subject {
  readonly name: ImageName;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** Base first. */
  readonly layers: readonly Layer[];
  readonly files: FileSystem;
  /** What rpm has installed; undefined where the image has no database that Red Hat's check would find. */
  readonly packages: PackageList | undefined;
  /** Tags of the repository: of its first page at least. */
  readonly tags: () => Promise<readonly string[]>;
  readonly ubi: UbiOracle;
}

/** The name under which an image is to be certified. */
export interface ImageName {
  readonly host: string;
  readonly repository: string;
  /** Undefined where the image is named by its digest alone. */
  readonly tag: string | undefined;
}

/** Tells whether one of some layers, by the digests of their tars, is the top of an image of Red Hat. */
export type UbiOracle = (diffIds: readonly string[]) => Promise<UbiAnswer>;

export type UbiAnswer =
  | { readonly kind: "yes" | "no" }
  /** A sentence that says why nobody could be asked. */
  | { readonly kind: "unasked"; readonly because: string };

export const passed = (note?: string): Verdict => (note === undefined ? { kind: "passed" } : { kind: "passed", note });
export const failed = (because: string): Verdict => ({ kind: "failed", because });
export const broken = (because: string, remedy?: string): Verdict =>
  remedy === undefined ? { kind: "error", because } : { kind: "error", because, remedy };

/** What an image without Red Hat's packages can do. */
export const BUILD_ON_UBI =
  "Build it on a UBI image; for one made FROM scratch, have the component's type set to Scratch and check with --policy scratch-nonroot";

/** `a, b, c and 4 more`. */
export function few(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
