import { annotationNames } from "./annotation-names.ts";
import { capabilities } from "./capabilities.ts";
import { catalogEntry } from "./catalog-entry.ts";
import type { BundleCheck } from "./check.ts";
import { crds } from "./crds.ts";
import { csvName } from "./csv-name.ts";
import { csvVersion } from "./csv-version.ts";
import { dependencies } from "./dependencies.ts";
import { deployments } from "./deployments.ts";
import { examples } from "./examples.ts";
import { installModes } from "./install-modes.ts";
import { metadata } from "./metadata.ts";
import { minKubeVersion } from "./min-kube-version.ts";
import { bundleObjects } from "./objects.ts";
import { openshiftVersions } from "./openshift-versions.ts";
import { ownedCrds } from "./owned-crds.ts";
import { relatedImages, restrictedNetwork } from "./related-images.ts";
import { removedApis } from "./removed-apis.ts";
import { requiredAnnotations } from "./required-annotations.ts";
import { requiredFields } from "./required-fields.ts";
import { securityContext } from "./security-context.ts";
import { serviceAccounts } from "./service-accounts.ts";
import { size } from "./size.ts";
import { supportedKinds } from "./supported-kinds.ts";
import { upgrades } from "./upgrades.ts";

/** What can be said of a bundle before its references are rewritten. */
export const manifestChecks: readonly BundleCheck[] = [
  csvName,
  csvVersion,
  upgrades,
  requiredFields,
  installModes,
  deployments,
  serviceAccounts,
  minKubeVersion,
  examples,
  annotationNames,
  ownedCrds,
  crds,
  supportedKinds,
  bundleObjects,
  removedApis,
  metadata,
  dependencies,
  size,
  catalogEntry,
  capabilities,
  openshiftVersions,
  requiredAnnotations,
  securityContext,
];

/** What is said of the images in the end. */
export const imageChecks: readonly BundleCheck[] = [relatedImages, restrictedNetwork];
