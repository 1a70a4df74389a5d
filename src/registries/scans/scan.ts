import type { Severity } from "../../config/index.ts";

/** One vulnerability that a registry's scan found. */
export interface Finding {
  /** `CVE-2026-1234`. */
  readonly id: string;
  readonly severity: Severity;
  /** Where it is, and the version that mends it where there is one. */
  readonly where: string;
}

/** What a registry's scanner says of one image. */
export type Scan =
  | {
      readonly kind: "scanned";
      /** How many there are of each severity. */
      readonly found: ReadonlyMap<Severity, number>;
      /** One by one, where the registry says so. */
      readonly findings: readonly Finding[];
    }
  | { readonly kind: "pending" }
  | { readonly kind: "impossible"; readonly why: string };

const ORDER: readonly Severity[] = ["none", "low", "medium", "high", "critical"];

/** Whether a vulnerability is worse than a limit lets through. */
export const isWorse = (severity: Severity, max: Severity): boolean => ORDER.indexOf(severity) > ORDER.indexOf(max);

/**
 * Scanners' words as ours. What they cannot rate ("Unknown", "Negligible") is low, so that `none` still means none;
 * the old "Defcon1" is critical.
 */
export function severityOf(word: unknown): Severity {
  const lower = String(word).toLowerCase();
  if (lower === "defcon1") return "critical";
  return ORDER.find((severity) => severity === lower && severity !== "none") ?? "low";
}

/** How many there are of each severity. */
export function countsOf(severities: Iterable<readonly [Severity, number]>): Map<Severity, number> {
  const counts = new Map<Severity, number>();
  for (const [severity, count] of severities) counts.set(severity, (counts.get(severity) ?? 0) + count);
  return counts;
}
