/** What a submission tells Red Hat of one image of one architecture, in the service's own JSON. */
export interface Evidence {
  /** `cert-image.json`, without its repositories: what the image is made of. */
  readonly image: Readonly<Record<string, unknown>>;
  /** `results.json`: which checks passed. */
  readonly results: Readonly<Record<string, unknown>>;
  /** `rpm-manifest.json`; undefined for an image without a base, which has no packages. */
  readonly packages: readonly object[] | undefined;
  /** The log of the checks. */
  readonly log: string;
}

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
