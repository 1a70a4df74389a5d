import { basedOnUbi } from "./based-on-ubi.ts";
import type { Check, CheckName } from "./check.ts";
import { hasLicense } from "./has-license.ts";
import { hasModifiedFiles } from "./has-modified-files.ts";
import { hasNoProhibitedLabels } from "./has-no-prohibited-labels.ts";
import { hasNoProhibitedPackages } from "./has-no-prohibited-packages.ts";
import { hasProhibitedContainerName } from "./has-prohibited-container-name.ts";
import { hasRequiredLabel } from "./has-required-label.ts";
import { hasUniqueTag } from "./has-unique-tag.ts";
import { layerCount } from "./layer-count.ts";
import { runAsNonRoot } from "./run-as-non-root.ts";

/** All checks, in the order in which Red Hat makes them. */
const checks: readonly Check[] = [
  hasLicense,
  hasUniqueTag,
  layerCount,
  hasNoProhibitedPackages,
  hasRequiredLabel,
  hasNoProhibitedLabels,
  runAsNonRoot,
  hasModifiedFiles,
  basedOnUbi,
  hasProhibitedContainerName,
];

/**
 * What an image is checked for. Which one applies, the component's type decides: an image on a base of Red Hat or one
 * of its own (`scratch`), with the exception that it may run as root or without.
 */
export const POLICIES = ["container", "root", "scratch-nonroot", "scratch-root"] as const;
export type Policy = (typeof POLICIES)[number];

const OF_RPM: ReadonlySet<CheckName> = new Set(["HasNoProhibitedPackages", "HasModifiedFiles", "BasedOnUbi"]);

/** The checks of a policy. */
export const checksOf = (policy: Policy): readonly Check[] =>
  checks.filter(({ name }) => {
    if (name === "RunAsNonRoot") return policy === "container" || policy === "scratch-nonroot";
    return policy === "container" || policy === "root" || !OF_RPM.has(name);
  });

/** A check by its name; undefined for one that is not known here. */
export const checkNamed = (name: string): Check | undefined => checks.find((check) => check.name === name);
