import type { BundleStandard } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import type { BundleCheck, Finding } from "./checks/check.ts";
import { imageChecks, manifestChecks } from "./checks/index.ts";
import { type BundleFile, isManifest } from "./files.ts";
import { objectsIn } from "./objects.ts";
import type { BundlePackage } from "./read.ts";

/** What was found in a bundle, each with its place on disk. */
export interface BundleFindings {
  readonly errors: readonly Failure[];
  readonly warnings: readonly Failure[];
}

/** Judges the manifests and metadata of a bundle, as it was read. Throws `Failed` (`bundle/bad-yaml`). */
export const validateManifests = (bundle: BundlePackage, standard: BundleStandard): Promise<BundleFindings> =>
  validate(bundle, bundle.files, manifestChecks, standard);

/** Judges what the files of a bundle, as they go into the image, say of images. */
export const validateImages = (
  bundle: BundlePackage,
  files: readonly BundleFile[],
  standard: BundleStandard,
): Promise<BundleFindings> => validate(bundle, files, imageChecks, standard);

async function validate(
  bundle: BundlePackage,
  files: readonly BundleFile[],
  checks: readonly BundleCheck[],
  standard: BundleStandard,
): Promise<BundleFindings> {
  const { default: semver } = await import("semver");
  const objects = objectsIn(files.filter(isManifest));
  const csv = objects.find(({ kind }) => kind === "ClusterServiceVersion");
  if (csv === undefined) throw new Error("a bundle without a ClusterServiceVersion was read");
  const [metadata] = objectsIn(files.filter(({ path }) => /^metadata\/annotations\.ya?ml$/.test(path)));
  const subject = { ...bundle, files, objects, csv, metadata, semver };
  const errors: Failure[] = [];
  const warnings: Failure[] = [];
  for (const check of checks.filter(({ only = standard }) => only === standard)) {
    for (const finding of check.judge(subject)) {
      (refuses(finding, standard) ? errors : warnings).push(failureOf(check, finding));
    }
  }
  return { errors, warnings };
}

function refuses({ level }: Finding, standard: BundleStandard): boolean {
  if (standard === "warn") return false;
  return level === "error" || (level === "certified" && standard === "certified");
}

const failureOf = ({ name }: BundleCheck, { message, hint, place }: Finding): Failure => ({
  code: `bundle/${name}`,
  class: "usage",
  message,
  hint,
  ...(place !== undefined && { place }),
});
