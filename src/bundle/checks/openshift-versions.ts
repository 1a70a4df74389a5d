import type { BundleCheck } from "./check.ts";
import { lastKubernetes, OPENSHIFT } from "./kubernetes.ts";

/** The annotation `com.redhat.openshift.versions` says into which catalogs of OpenShift the bundle goes. */
export const openshiftVersions: BundleCheck = {
  name: "openshift-versions",
  only: "certified",
  *judge({ labels, metadata }) {
    const text = labels[OPENSHIFT];
    const place = metadata?.placeOf("annotations", OPENSHIFT);
    if (text === undefined) {
      yield {
        level: "warning",
        message: `The bundle does not say for which versions of OpenShift it is: ${OPENSHIFT}`,
        hint: "Set openshift in the config, as in v4.12-v4.16",
        place,
      };
      return;
    }
    const range = /^v(\d+)\.(\d+)-v(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number);
    const [a = 0, b = 0, c = 0, d = 0] = range ?? [];
    if (lastKubernetes(text) !== undefined && (range === undefined || a < c || (a === c && b <= d))) return;
    yield {
      level: "certified",
      message: `${OPENSHIFT} "${text}" ${why(text)}`,
      hint: "Write v4.12 (from there on), =v4.12 (that one alone) or v4.12-v4.16",
      place,
    };
  },
};

function why(text: string): string {
  if (text.endsWith("-")) return "has no end: Red Hat's check takes no open range";
  if (text.includes(",")) return "is a list, which catalogs do not take any more";
  return "names no versions";
}
