import { fieldOf, listOf, textOf } from "../../json/index.ts";
import { formatPlatform } from "../../oci/index.ts";
import { checksOf, type Policy } from "../checks/index.ts";
import type { Contents, RpmEntry } from "../contents.ts";
import { type ImageReport, type Judge, outcomeOf, outcomeOfAll, type PlatformReport } from "../result.ts";
import { reasonsIn } from "./log.ts";
import { readResults } from "./results.ts";
import { type Artifacts, type PreflightOptions, runPreflight } from "./run.ts";

export interface CheckWithPreflightOptions extends PreflightOptions {
  readonly policy: Policy;
  /** Of the image or index. */
  readonly digest: string;
}

/**
 * Lets Red Hat's own program judge an image in a registry, and gives its results in the form of ours. It makes the
 * checks of a component that it is told of (`PFLT_…`), or all of them; those that are not of the policy are left out.
 * Throws `Failed` where it is not there or could not do its work.
 */
export async function checkWithPreflight(options: CheckWithPreflightOptions): Promise<ImageReport> {
  const { policy, reference, digest } = options;
  const { artifacts, log } = await runPreflight(options);
  const judged = artifacts.map((one) => platformReport(one, policy, log));
  const platforms = judged.map(({ report }) => report);
  return {
    policy,
    name: reference,
    digest,
    judge: judged[0]?.judge ?? { name: "openshift-preflight", version: "unknown", commit: "unknown" },
    outcome: outcomeOfAll(platforms.map(({ outcome }) => outcome)),
    platforms,
    left: [],
    log,
  };
}

function platformReport(
  { architecture, results: body, image, packages }: Artifacts,
  policy: Policy,
  log: string,
): { readonly judge: Judge; readonly report: PlatformReport } {
  const wanted = checksOf(policy).map(({ name }) => name as string);
  const { judge, results: all } = readResults(body, reasonsIn(log, architecture));
  const results = all
    .filter(({ check }) => wanted.includes(check))
    .sort((one, other) => wanted.indexOf(one.check) - wanted.indexOf(other.check));
  const os = textOf(fieldOf(fieldOf(image, "parsed_data"), "os")) ?? "linux";
  const report = {
    platform: formatPlatform({ os, architecture }),
    architecture,
    digest: textOf(fieldOf(image, "docker_image_digest")) ?? "",
    outcome: outcomeOf(results),
    results,
    contents: contentsIn(image, packages),
  };
  return { judge, report };
}

/** As preflight would send them; where the image is and how it stands, whoever submits it says. */
function contentsIn(image: unknown, packages: unknown): Contents {
  const {
    repositories: _repositories,
    certified: _certified,
    deleted: _deleted,
    ...rest
  } = (image ?? {}) as Contents["image"] & Readonly<Record<"repositories" | "certified" | "deleted", unknown>>;
  const rpms = fieldOf(packages, "rpms");
  return { image: rest, packages: packages === undefined ? undefined : (listOf(rpms) as readonly RpmEntry[]) };
}
