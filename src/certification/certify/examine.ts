import { Failed } from "../../failure/index.ts";
import type { Digest } from "../../oci/index.ts";
import type { Policy } from "../checks/index.ts";
import { evidenceOf } from "../evidence.ts";
import type { Project } from "../pyxis/index.ts";
import type { ImageReport, PlatformReport } from "../result.ts";
import type { Evidence, PlatformImage } from "./candidate.ts";

/** Makes the checks of a policy of one image by its digest. */
export type Check = (digest: Digest, policy: Policy, signal: AbortSignal) => Promise<ImageReport>;

/**
 * Makes Red Hat's container checks of an image of one architecture, by the policy of its component, and gives what a
 * submission tells. Rejects with `Failed`: `certification/checks-failed`, with a line for each check and what to do;
 * `certification/checks-undecided` where one could not be made now.
 */
export async function examine(
  { digest, architecture }: PlatformImage,
  project: Project,
  check: Check,
  signal: AbortSignal,
): Promise<Evidence> {
  const report = await check(digest as Digest, policyOf(project), signal);
  const [platform] = report.platforms;
  if (platform === undefined) throw new Error(`no report of ${digest}`);
  if (platform.outcome !== "passed") throw notPassed(platform, `${report.name} (${architecture})`);
  return evidenceOf(report, platform);
}

function policyOf({ content, privileges }: Project): Policy {
  if (content === "scratch") return privileges === "privileged" ? "scratch-root" : "scratch-nonroot";
  return privileges === "privileged" ? "root" : "container";
}

function notPassed({ results, outcome }: PlatformReport, name: string): Failed {
  const bad = results.flatMap((result) => (result.kind === "passed" ? [] : [{ ...result, because: result.because }]));
  const undecided = outcome === "undecided";
  return new Failed({
    code: undecided ? "certification/checks-undecided" : "certification/checks-failed",
    class: undecided ? "transient" : "permanent",
    message: undecided
      ? `${name} was not submitted: whether it passes Red Hat's checks cannot be told now`
      : `${name} was not submitted: it does not pass ${bad.length === 1 ? "a check" : `${bad.length} checks`} of Red Hat`,
    hint: "Mend what is listed, and see all checks with: mirror certify --check-only IMAGE",
    detail: bad.map(({ check, because, remedy }) => `${check}: ${because}. ${remedy}`),
  });
}
