import type { CheckedImage } from "../evidence.ts";

/** What a submission tells Red Hat of one image of one architecture. */
export type Evidence = CheckedImage;

/** An image of one architecture. */
export interface PlatformImage {
  readonly digest: string;
  /** As Red Hat names it: `amd64`, `arm64`, `ppc64le`, `s390x`. */
  readonly architecture: string;
}

/** An image on its way through certification. */
export interface Candidate {
  readonly component: string;
  /** Where it was pushed. */
  readonly pushed: { readonly host: string; readonly repository: string; readonly tag: string | undefined };
  /** `host/name:tag` as users will pull it, for sentences. */
  readonly reference: string;
  /** Of what was pushed. */
  readonly digest: string;
  /** Where that is an index, its images; otherwise the image itself alone. */
  readonly platforms: readonly PlatformImage[];
  readonly form: "index" | "image";
}
