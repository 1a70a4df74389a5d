import type { Failure } from "../failure/index.ts";
import type { Digest } from "../oci/index.ts";

/** What a version rule resolved to: the same pin names the same bytes for ever. */
export interface Pin {
  readonly image: string;
  /** `host/repository` as the config writes it. */
  readonly repository: string;
  /** Undefined where the rule is a digest alone. */
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** Pins by image name; an image whose rule could not be resolved is there with the reason. */
export type Pins = ReadonlyMap<
  string,
  { readonly kind: "pinned"; readonly pin: Pin } | { readonly kind: "unpinned"; readonly failure: Failure }
>;
