/** How an image's version is chosen. */
export type VersionRule = (
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "digest"; readonly digest: string; readonly tag: string | undefined }
  | NewestRule
  | ReadRule
  /** The tag that a source is pinned at. */
  | { readonly kind: "source"; readonly source: string; readonly as: string | undefined }
  | { readonly kind: "same"; readonly image: string; readonly as: string | undefined }
) & {
  /** Why a person decided so. */
  readonly why?: string | undefined;
};

/** The newest of the tags of the image's repository, or of the git tags of a source. */
export interface NewestRule {
  readonly kind: "newest";
  /** Undefined: the registry's tags. */
  readonly source: string | undefined;
  /** The pattern of the tags' names, with `*` where the version stands. */
  readonly tags: string;
  readonly range: string | undefined;
  readonly prereleases: "include" | "exclude";
  /** Names that are left out, with `*` and `?`. */
  readonly exclude: readonly string[];
  /** A regular expression whose groups order what is no version. */
  readonly order: string | undefined;
  /** What makes a tag newer than another: its version, or that it was pushed later. */
  readonly by: "version" | "push";
  /** How many of the newest. */
  readonly count: number;
  /**
   * The tag that is made of what stands under the `*`, with `${version}` in its place. Undefined: the registry's tag
   * as it is, and of a git tag what stands under the `*`.
   */
  readonly as: string | undefined;
}

/** What a file tells. */
export interface ReadRule {
  readonly kind: "read";
  /** Undefined: a file beside the config. */
  readonly source: string | undefined;
  /** As the config writes it: relative to the source, or to the config's folder. */
  readonly file: string;
  /** The way to a value in a YAML or JSON file. */
  readonly path: string | undefined;
  /** A regular expression over the file, or over the value. */
  readonly match: string | undefined;
  readonly as: string | undefined;
}
