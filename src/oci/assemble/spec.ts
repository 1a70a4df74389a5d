import type { ImageAt } from "../child-for.ts";

/** A file of an image. */
export interface ImageFile {
  /** Where it is in the image: `manifests/operator.yaml`; a slash before it changes nothing. */
  readonly path: string;
  /** The absolute path of a file, or the bytes themselves. */
  readonly source: string | Uint8Array;
  /** 0755 and 0644; without it, what the source's owner may do decides, and bytes are not executable. */
  readonly mode?: "executable" | "plain";
  /** Only on these platforms, of those of the image; without it, on all. */
  readonly platforms?: readonly string[];
}

/** An image made of files, on nothing or on another image. */
export interface ImageSpec {
  /** For messages: what is being made. */
  readonly name: string;
  readonly files: readonly ImageFile[];
  /** What the files are added to, as one more layer; its settings count where this says nothing. */
  readonly base?: ImageAt;
  /** `os/architecture[/variant]`, without it those of the base, or `linux/amd64`; several make an index. */
  readonly platforms?: readonly string[];
  /** Without it OCI's, or those of the base. */
  readonly mediaTypes?: "oci" | "docker";
  /**
   * `portable` (what is meant without it) gives the same bytes with every build of zlib, so that the digest can be
   * known beforehand on another machine; `small` makes binaries half as large as that, in ten times the time, with
   * bytes that depend on this machine's zlib.
   */
  readonly compression?: "portable" | "small";
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  /** Of the manifests, and of the index where there is one. Docker's form has none. */
  readonly annotations?: Readonly<Record<string, string>>;
}
