import type { Digest } from "../../oci/index.ts";

/**
 * What the rules of a config resolved to: `mirror.lock.yaml` as a value. Maps are in the order of their keys.
 * A lock is read with {@link readLock}, changed by making another value, and written with {@link writeLock}.
 */
export interface Lock {
  /** By the name of the source in the config. */
  readonly sources: ReadonlyMap<string, LockedSource>;
  /** By the name of the chart in the config. */
  readonly charts: ReadonlyMap<string, LockedChart>;
  /**
   * By the name of the image: a key under `images`, `KEY@VERSION` for each version of a rule that chooses several, or
   * the name that an image of a chart gets.
   */
  readonly images: ReadonlyMap<string, LockedImage>;
}

export const EMPTY_LOCK: Lock = { sources: new Map(), charts: new Map(), images: new Map() };

/** A git repository at a commit. Folders are not locked: they are taken as they stand. */
export interface LockedSource {
  /** As the config writes it. */
  readonly git: string;
  /** The rule as a sentence; where the config's reads otherwise, the two disagree. */
  readonly rule: string;
  /** The tag or branch that was chosen; undefined where the rule is a commit. */
  readonly ref: string | undefined;
  readonly commit: string;
  readonly chosenFrom: ChosenFrom | undefined;
}

/** A chart as it was rendered. */
export interface LockedChart {
  readonly from: LockedChartOrigin;
  readonly version: string;
  /** Undefined where the source is a folder, and for a chart of a repository. */
  readonly commit: string | undefined;
  /** Of the artifact that it is published as; undefined where it could not be packed. */
  readonly package: Digest | undefined;
  readonly images: readonly LockedChartImage[];
}

export type LockedChartOrigin =
  | { readonly kind: "source"; readonly source: string }
  | {
      readonly kind: "repository";
      /** As the config writes it. */
      readonly repository: string;
      readonly chart: string;
      /** The version or range; where the config's reads otherwise, the two disagree. */
      readonly rule: string;
      /** Of the packed chart; undefined for one that stands in a folder. */
      readonly archive: Digest | undefined;
    };

/** A chart's version as its tag, which has no plus sign: helm writes an underscore. */
export const tagOfChart = (version: string): string => version.replaceAll("+", "_");

export interface LockedChartImage {
  /** With host and tag or digest, as the chart names it. Each stands once, in the order of their text. */
  readonly reference: string;
  /** Where the chart names it: the template and the way through its document; or why it was added. */
  readonly from: readonly string[];
}

/** An image at a digest. */
export interface LockedImage {
  /** `host/repository` as the config writes it. */
  readonly repository: string;
  /** Undefined where the rule is a digest alone. */
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest that the digest is of. */
  readonly manifestSize: number;
  /** The rule as a sentence; where the config's reads otherwise, the two disagree. */
  readonly rule: string;
  /** Why a person decided so. */
  readonly why: string | undefined;
  readonly chosenFrom: ChosenFrom | undefined;
  /**
   * Bytes of manifests, configs and layers of the platforms whose size is known, each once; undefined where none is
   * known.
   */
  readonly size: number | undefined;
  /** By `os/architecture[/variant]`; none where the image names no platform (an artifact). */
  readonly platforms: ReadonlyMap<string, LockedPlatform>;
}

export interface LockedPlatform {
  /** That of the platform's own manifest; the image's own where it is for one platform alone. */
  readonly digest: Digest;
  /** Bytes of its manifest, config and layers; undefined for a platform that no target takes. */
  readonly size: number | undefined;
}

/** What a rule had before it when it chose. It is kept as long as the choice is. */
export interface ChosenFrom {
  /** Names that there were: tags of the registry or of the repository. */
  readonly names: number;
  /** Of these, those that fitted the rule. */
  readonly fitting: number;
  /** The next best, newest first; a few. */
  readonly next: readonly string[];
}
