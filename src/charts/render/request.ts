/** What to render, and how. Paths are absolute, or from the folder that mirror runs in. */
export interface ChartRequest {
  /** A chart's folder or its .tgz, with the charts it depends on under charts/, as folders or as .tgz. */
  readonly chart: string;
  /** Files that are laid over those of the folder, by their path in it: dependencies that were fetched, say. */
  readonly overlay?: ReadonlyMap<string, Uint8Array>;
  /** The later over the earlier, all over the chart's own. */
  readonly values?: readonly ValuesSource[];
  /** As helm's `--set`: `image.tag=1.2,hosts[0]=a`. */
  readonly set?: readonly string[];
  /** As helm's `--set-string`: what is set stays text. */
  readonly setString?: readonly string[];
  /** Without one `release-name`, as helm has it. */
  readonly releaseName?: string;
  /** Without one `default`. */
  readonly namespace?: string;
  /** What `.Capabilities.KubeVersion` says; without one what helm's release says. */
  readonly kubeVersion?: string;
  /** Beside those that helm knows by itself: `monitoring.coreos.com/v1`, `route.openshift.io/v1/Route`. */
  readonly apiVersions?: readonly string[];
  /** Whether the files of crds/ are among the documents; `left-out` without it, as with helm. */
  readonly crds?: "included" | "left-out";
  /**
   * `fails` (without it): as with helm, the first thing that is wrong ends the rendering. `goes-on`: what can be
   * rendered is, and the rest is told: `required` values that are missing and calls of `fail` count as empty,
   * templates that cannot be rendered are left out, and neither the values' schema, nor the Kubernetes version, nor
   * a missing dependency ends it. Only the engine built in can go on.
   */
  readonly whenWrong?: "fails" | "goes-on";
}

/** A values file, or what would stand in one under a name for messages. */
export type ValuesSource = { readonly file: string } | { readonly name: string; readonly text: string };

export interface Rendered {
  /** In the order in which `helm template` prints them: definitions, resources as they are installed, hooks. */
  readonly documents: readonly RenderedDocument[];
  /** What `required` asked for and nobody gave; empty unless the rendering was to go on. */
  readonly missing: readonly MissingValue[];
  /** What else is wrong and was gone past; empty unless the rendering was to go on. */
  readonly problems: readonly RenderProblem[];
  /** What helm warns of. */
  readonly warnings: readonly string[];
  readonly engine: EngineName;
}

/** `built-in` is helm's own engine in WebAssembly; `helm` is the command on PATH. */
export type EngineName = "built-in" | "helm";

export interface RenderedDocument {
  /** The template, as in helm's comment: `mlrun-ce/charts/minio/templates/deployment.yaml`. */
  readonly source: string;
  readonly role: "resource" | "hook" | "crd";
  readonly apiVersion?: string;
  readonly kind?: string;
  /** What `metadata.name` says. */
  readonly name?: string;
  /** YAML, without the `---` before it. */
  readonly text: string;
}

export interface MissingValue extends TemplatePlace {
  /** The chart's own words: `the domain must be set`. */
  readonly message: string;
}

export interface RenderProblem extends TemplatePlace {
  readonly kind: ProblemKind;
  readonly message: string;
}

export interface TemplatePlace {
  /** The template that was being rendered. */
  readonly template?: string;
  /** Where in it, from 1. */
  readonly line?: number;
  /** The file and line further in, where that is another: of the helper that was included. */
  readonly at?: string;
}

/** The words of the engine for what may be wrong; `parse` is a template that is none. */
export type ProblemKind =
  | "required"
  | "fail"
  | "template"
  | "parse"
  | "yaml"
  | "schema"
  | "kube-version"
  | "dependencies"
  | "values"
  | "chart";

export interface RenderOptions {
  readonly engine?: EngineName;
  readonly signal?: AbortSignal;
  /** Five minutes without it. */
  readonly timeoutMs?: number;
  /** For the command `helm`: what it is found and run with. Needed for that engine alone. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}
