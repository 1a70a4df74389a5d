import type { Contents, RpmEntry } from "./contents.ts";
import type { CheckResult, ImageReport, PlatformReport } from "./result.ts";

/** What a submission tells Red Hat of the image of one architecture, in the service's own JSON. */
export interface CheckedImage {
  /** `cert-image.json`, without its repositories. */
  readonly image: Contents["image"];
  /** `results.json`, without the image's name. */
  readonly results: ResultsDocument;
  /** `rpm-manifest.json`. */
  readonly packages: readonly RpmEntry[] | undefined;
  readonly log: string;
}

export interface ResultsDocument {
  readonly passed: boolean;
  readonly test_library: { readonly name: string; readonly version: string; readonly commit: string };
  readonly results: {
    readonly passed: readonly object[];
    readonly failed: readonly object[];
    readonly errors: readonly object[];
  };
}

/** The results of one architecture, as openshift-preflight would write them down. What is undecided counts as an error. */
export function evidenceOf({ judge, log }: ImageReport, { outcome, results, contents }: PlatformReport): CheckedImage {
  const { name, version, commit } = judge;
  const of = (...kinds: readonly CheckResult["kind"][]): object[] =>
    results.filter(({ kind }) => kinds.includes(kind)).map(documentOf);
  return {
    image: contents.image,
    results: {
      passed: outcome === "passed",
      test_library: { name, version, commit },
      results: { passed: of("passed"), failed: of("failed"), errors: of("error", "unknown") },
    },
    packages: contents.packages,
    log,
  };
}

function documentOf(result: CheckResult): object {
  const base = { name: result.check, elapsed_time: result.durationMs, description: result.asks };
  return result.kind === "passed"
    ? base
    : { ...base, help: "because" in result ? result.because : "", suggestion: result.remedy };
}
