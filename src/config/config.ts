import type { Failure, Place } from "../failure/index.ts";
import type { Build } from "./build.ts";
import type { Bundle } from "./bundles.ts";
import type { Catalog } from "./catalogs.ts";
import type { ChartOrigin } from "./charts.ts";
import type { ReferenceSet } from "./reference-set.ts";
import type { TargetPackage } from "./target-charts.ts";
import type { VersionRule } from "./version-rule.ts";

export type { Build, Builder, DockerfileBuild, FilesBuild } from "./build.ts";
export type { Bundle, BundlePin, BundleStandard } from "./bundles.ts";
export type { Catalog, PreviousBundles } from "./catalogs.ts";
export type { ChartOrigin } from "./charts.ts";
export type { TargetPackage } from "./target-charts.ts";
export type * from "./version-rule.ts";

/** The config after reading: every name in it exists, every value has the form its type says. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute path of its folder; relative paths in the config start here. */
  readonly folder: string;
  /** Read lazily, as a variable that nobody uses may stand on an environment that is not there. */
  readonly vars: ReadonlyMap<string, Secret>;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly registries: ReadonlyMap<string, Registry>;
  readonly sources: ReadonlyMap<string, Source>;
  /** Chart repositories by the address that charts write, and where each is really reached: an address or a folder. */
  readonly chartRepositories: ReadonlyMap<string, string>;
  readonly charts: ReadonlyMap<string, Chart>;
  readonly images: ReadonlyMap<string, Image>;
  readonly targets: ReadonlyMap<string, Target>;
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly catalogs: ReadonlyMap<string, Catalog>;
  /** Where the product names its images and versions. */
  readonly references: ReadonlyMap<string, ReferenceSet>;
  readonly tasks: ReadonlyMap<string, Task>;
  /** What is allowed but unwise: a secret written literally. */
  readonly warnings: readonly Failure[];
}

/**
 * A value that may come from the environment or from a command, and is read only by whoever uses it: a config
 * can be planned without its passwords. It is read once; later reads give the same value.
 */
export interface Secret {
  readonly place: Place;
  /**
   * The value. Rejects with `Failed`: `config/unset-variable` (with the place) where a variable in it is not set,
   * `config/secret-command` where its command did not give it.
   */
  readonly read: () => Promise<string>;
}

export type Auth =
  | { readonly kind: "basic"; readonly username: Secret; readonly password: Secret }
  | { readonly kind: "token"; readonly token: Secret };

/** How a server is reached: where, over what, as whom. */
export interface Endpoint {
  /** `host[:port]`. */
  readonly host: string;
  readonly scheme: "https" | "http";
  /** Absolute path of a PEM file trusted beside the system's certificates. */
  readonly ca: string | undefined;
  /** Undefined: docker's and containers' auth files are asked. */
  readonly auth: Auth | undefined;
  /** For repositories at a path and below it, before `auth`; the longest path that fits wins. */
  readonly accounts: ReadonlyMap<string, Auth>;
  /** Where the server's own interface is, beside the protocol; undefined: where its kind has it. */
  readonly api: string | undefined;
}

/** A kind of registry whose own interface tells when tags were pushed. */
export type TagTeller = "dockerhub" | "quay" | "harbor";

/** Where a host that is written in references is really reached. */
export interface Upstream {
  /** As written in references: `docker.io`. */
  readonly host: string;
  readonly place: Place;
  readonly endpoint: Endpoint;
  /** Put before every repository there: `hub-proxy/`, as pull-through caches want it. Empty or ends with `/`. */
  readonly prefix: string;
  /** The kind of the server, for what its interface tells of tags; undefined: what its host is known as. */
  readonly type: TagTeller | undefined;
}

export type RegistryType = "oci" | "dockerhub" | "harbor" | "quay" | "rhcr" | "embedded" | "archive";

interface RegistryBase {
  readonly name: string;
  readonly place: Place;
  /** Transfers at once with this registry. */
  readonly jobs: number | undefined;
}

export type Registry = RegistryBase &
  (
    | {
        readonly type: "oci";
        readonly endpoint: Endpoint;
        /** Put before every repository. Empty or ends with `/`. */
        readonly prefix: string;
      }
    | { readonly type: "dockerhub"; readonly endpoint: Endpoint; readonly namespace: string }
    | {
        readonly type: "harbor";
        readonly endpoint: Endpoint;
        readonly project: string;
        /** What a project that is not there is created as. */
        readonly createProject: "private" | "public" | "never";
      }
    | {
        readonly type: "quay";
        readonly endpoint: Endpoint;
        readonly namespace: string;
        /** For Quay's API. */
        readonly token: Secret | undefined;
        /** Undefined: repositories are left to the push. */
        readonly createRepository: "public" | "private" | undefined;
      }
    | {
        readonly type: "rhcr";
        readonly endpoint: Endpoint;
        readonly vendor: string;
        readonly catalog: string;
        readonly portal: string;
        /** Who makes the checks before an image is submitted. */
        readonly judge: "mirror" | "preflight";
        /** Undefined: nothing is submitted; the public catalog tells what is published. */
        readonly apiKey: Secret | undefined;
      }
    | {
        readonly type: "archive";
        /** Absolute path of the tar that is written; with a slash behind it, of a folder. */
        readonly file: string;
        /** Bytes that one of several files has at most; undefined: one file, however large. */
        readonly volumeSize: number | undefined;
        /** Absolute path of an archive or lock whose blobs are left out. */
        readonly since: string | undefined;
        /** Of a file that is only gathered, to be made into docker archives beside it: their platform. */
        readonly gathered: Platform | undefined;
      }
    | {
        readonly type: "embedded";
        /** Absolute path of the folder that mirror serves. */
        readonly folder: string;
        /** The host that references to its images name, `NAME.localhost` unless declared. */
        readonly host: string;
      }
  );

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

export interface Image {
  readonly name: string;
  readonly place: Place;
  readonly origin:
    | { readonly kind: "upstream"; readonly host: string; readonly repository: string }
    | { readonly kind: "build"; readonly build: Build };
  readonly version: VersionRule;
  /** Why the version is held where it is, where a person said so. */
  readonly hold: string | undefined;
  /** Undefined: as the target says. */
  readonly signatures: Signatures | undefined;
  /** Undefined: as the target says. */
  readonly foreignLayers: ForeignLayers | undefined;
}

/** What becomes of layers that registries need not have, as those of Windows. */
export type ForeignLayers = "skip" | "copy";

/** What becomes of signatures, SBOMs and attestations that refer to an image. */
export type Signatures = "copy" | "require" | "ignore";

/** A git repository at a pinned commit, or a folder as it stands. */
export interface Source {
  readonly name: string;
  readonly place: Place;
  readonly origin:
    | { readonly kind: "git"; readonly url: string; readonly pin: SourcePin }
    | { readonly kind: "folder"; readonly folder: string };
}

export type SourcePin =
  | { readonly kind: "ref"; readonly ref: string }
  | { readonly kind: "branch"; readonly name: string }
  | {
      readonly kind: "version";
      /** The pattern of the tags' names, with `*` where the version stands. */
      readonly tags: string;
      readonly range: string | undefined;
      readonly prereleases: "include" | "exclude";
      readonly exclude: readonly string[];
      /** A regular expression whose groups order what is no version. */
      readonly order: string | undefined;
    };

/** A Helm chart, how it is rendered, and which of the images in it count. */
export interface Chart {
  readonly name: string;
  readonly place: Place;
  readonly origin: ChartOrigin;
  /** Absolute paths; later ones win. */
  readonly values: readonly string[];
  readonly set: ReadonlyMap<string, string | number | boolean>;
  readonly release: string;
  readonly namespace: string;
  readonly kubeVersion: string | undefined;
  readonly apiVersions: readonly string[];
  readonly engine: "mirror" | "helm";
  readonly dependencies: "lock" | "newest";
  /** What becomes of a value that the chart requires and nobody gave. */
  readonly missing: "fail" | "report";
  /** References that no manifest names. */
  readonly add: readonly string[];
  /** Globs over references, with the reason. */
  readonly ignore: readonly { readonly image: string; readonly why: string }[];
}

export interface Target {
  readonly name: string;
  readonly place: Place;
  readonly registry: string;
  readonly entries: readonly TargetEntry[];
  /** Charts of which all images are published, and under which names. */
  readonly charts: readonly { readonly chart: string; readonly place: Place; readonly as: string }[];
  /** Charts that are published themselves, packed as helm packs them. */
  readonly packages: readonly TargetPackage[];
  /** Undefined: all. */
  readonly platforms: readonly Platform[] | undefined;
  readonly tags: "mutable" | "immutable";
  readonly signatures: Signatures;
  readonly foreignLayers: ForeignLayers;
  /** What the registry's scan of an image may find at worst; undefined: nobody looks. */
  readonly scanned: { readonly max: Severity; readonly place: Place } | undefined;
}

/** How bad a vulnerability is; in a limit, `none` stands for "nothing is let through". */
export type Severity = "none" | "low" | "medium" | "high" | "critical";

export interface TargetEntry {
  readonly image: string;
  readonly place: Place;
  /** A template over `${registry} ${path} ${name} ${image} ${tag}`; without a `:` it names the repository alone. */
  readonly as: string;
  /** Red Hat's 24-hex id of the component, on `rhcr`. */
  readonly component: string | undefined;
}

export interface Task {
  readonly name: string;
  readonly place: Place;
  readonly description: string | undefined;
  readonly needs: readonly Need[];
  /** Undefined for a task that only groups what it needs. */
  readonly run: TaskRun | undefined;
  readonly env: ReadonlyMap<string, Secret>;
}

export type TaskRun =
  | {
      readonly kind: "script";
      /** Absolute path. */
      readonly file: string;
    }
  | {
      readonly kind: "command";
      /** A program, by name or path, and its arguments. */
      readonly argv: readonly [string, ...string[]];
      readonly place: Place;
    };

/** A name or glob over node names, with where it stands. */
export interface Need {
  readonly pattern: string;
  readonly place: Place;
}
