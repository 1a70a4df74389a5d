import type { CatalogEntry } from "../bundle/index.ts";
import type { NodeId } from "../engine/index.ts";
import type { Digest, ImageSource } from "../oci/index.ts";
import type { Destination } from "../plan/index.ts";
import type { Pin } from "../release/index.ts";

/** What a node hands to the nodes that need it. */
export type StepValue =
  | { readonly kind: "pin"; readonly pin: Pin }
  | BuiltImage
  /** In a plan: an image that a run would build, and all that is made of it. */
  | { readonly kind: "unbuilt" }
  | PublishedImage
  | { readonly kind: "gate"; readonly target: string }
  | { readonly kind: "archive"; readonly registry: string }
  | { readonly kind: "script"; readonly value: unknown };

/** An image that was put together here and stands nowhere else yet. */
export interface BuiltImage {
  readonly kind: "built";
  readonly source: ImageSource;
  readonly digest: Digest;
  readonly platforms: readonly string[];
}

/** An image or bundle at its target. */
export interface PublishedImage {
  readonly kind: "published";
  /** The name of the image or bundle in the config. */
  readonly name: string;
  readonly target: string;
  readonly destination: Destination;
  /** `host/repository:tag`, as users pull it. */
  readonly reference: string;
  /** `host/repository@digest`, as users pull it. */
  readonly pinned: string;
  readonly digest: Digest;
  readonly platforms: readonly string[];
  /** Of a bundle: where its files are as they are in the image. */
  readonly folder?: string;
  /** Of a bundle: what catalogs say of it. */
  readonly entry?: CatalogEntry;
}

export type StepValues = ReadonlyMap<NodeId, StepValue>;
