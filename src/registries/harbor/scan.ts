import { fieldOf } from "../../json/index.ts";
import type { Digest } from "../../oci/index.ts";
import { apiFailure, type RegistryApi } from "../api.ts";

/** From the least to the worst; `unknown` is a finding that nobody has rated. */
export const SEVERITIES = ["none", "unknown", "negligible", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What Harbor's scanner knows of an image. */
export type ScanState =
  /** `worst` over all reports; counts by severity, none where there are none. */
  | {
      readonly kind: "scanned";
      readonly worst: Severity;
      readonly found: ReadonlyMap<Severity, number>;
      readonly fixable: number;
    }
  /** `percent` as far as the scanner tells. */
  | { readonly kind: "scanning"; readonly percent: number | undefined }
  /** The last scan ended without a report. */
  | { readonly kind: "failed"; readonly status: string }
  /** Nobody has asked for a scan. */
  | { readonly kind: "unscanned" }
  /** Harbor has no artifact of this digest. */
  | { readonly kind: "missing" };

/** An artifact in Harbor. */
export interface Artifact {
  readonly project: string;
  /** Below the project; may have slashes. */
  readonly repository: string;
  readonly digest: Digest;
}

const REPORTS =
  "application/vnd.security.vulnerability.report; version=1.1, application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";

/** Asks for the scan of an artifact (API v2.0, `with_scan_overview`). Throws `Failed` with codes `registry/…`. */
export async function scanState(api: RegistryApi, artifact: Artifact, signal: AbortSignal): Promise<ScanState> {
  const answer = await api.call(
    {
      method: "GET",
      path: `${pathOf(artifact)}?with_scan_overview=true&with_tag=false`,
      headers: { "x-accept-vulnerabilities": REPORTS },
    },
    signal,
  );
  if (answer.status === 404) return { kind: "missing" };
  if (answer.status !== 200) throw apiFailure(api, `tell of the scan of ${nameOf(artifact)}`, answer);
  return readOverview(fieldOf(answer.body, "scan_overview"));
}

/**
 * Asks for a scan. `impossible` where Harbor's scanner cannot scan the artifact, as one that is no image.
 * Throws `Failed` with codes `registry/…`.
 */
export async function requestScan(
  api: RegistryApi,
  artifact: Artifact,
  signal: AbortSignal,
): Promise<"asked" | "impossible"> {
  const answer = await api.call({ method: "POST", path: `${pathOf(artifact)}/scan`, body: {} }, signal);
  // 409: a scan is at work already.
  if (answer.status === 202 || answer.status === 409) return "asked";
  if (answer.status === 400 || answer.status === 422) return "impossible";
  throw apiFailure(api, `scan ${nameOf(artifact)}`, answer);
}

/** A repository's slashes are encoded twice, as Harbor decodes its paths twice. */
function pathOf({ project, repository, digest }: Artifact): string {
  const name = encodeURIComponent(encodeURIComponent(repository));
  return `/api/v2.0/projects/${encodeURIComponent(project)}/repositories/${name}/artifacts/${digest}`;
}

const nameOf = ({ project, repository, digest }: Artifact): string => `${project}/${repository}@${digest}`;

function readOverview(overview: unknown): ScanState {
  const reports = typeof overview === "object" && overview !== null ? Object.values(overview) : [];
  if (reports.length === 0) return { kind: "unscanned" };
  const statuses = reports.map((report) => String(fieldOf(report, "scan_status")));
  const unfinished = statuses.findIndex((status) => status === "Pending" || status === "Running");
  if (unfinished !== -1) {
    const percent = fieldOf(reports[unfinished], "complete_percent");
    return { kind: "scanning", percent: typeof percent === "number" ? percent : undefined };
  }
  const failed = statuses.find((status) => status !== "Success");
  if (failed !== undefined) return { kind: "failed", status: failed };
  const found = new Map<Severity, number>();
  let fixable = 0;
  for (const summary of reports.map((report) => fieldOf(report, "summary"))) {
    fixable += numberOf(fieldOf(summary, "fixable"));
    const counts = fieldOf(summary, "summary");
    for (const [name, count] of Object.entries(typeof counts === "object" && counts !== null ? counts : {})) {
      const severity = severityOf(name);
      if (numberOf(count) > 0) found.set(severity, (found.get(severity) ?? 0) + numberOf(count));
    }
  }
  const named = reports.map((report) => severityOf(fieldOf(report, "severity")));
  return { kind: "scanned", worst: worstOf([...named, ...found.keys()]), found, fixable };
}

const worstOf = (severities: readonly Severity[]): Severity =>
  severities.reduce((worst, one) => (SEVERITIES.indexOf(one) > SEVERITIES.indexOf(worst) ? one : worst), "none");

function severityOf(name: unknown): Severity {
  const lower = String(name ?? "none").toLowerCase();
  return SEVERITIES.find((severity) => severity === lower) ?? "unknown";
}

const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
