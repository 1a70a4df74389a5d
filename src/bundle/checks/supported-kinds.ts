import type { BundleCheck } from "./check.ts";

/** What OLM can install from a bundle of the form registry+v1 (operator-registry, `supported_resources.go`). */
const SUPPORTED = new Set([
  "ClusterServiceVersion",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "ConfigMap",
  "ConsoleCLIDownload",
  "ConsoleLink",
  "ConsolePlugin",
  "ConsoleQuickStart",
  "ConsoleYAMLSample",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "PriorityClass",
  "PrometheusRule",
  "Role",
  "RoleBinding",
  "Secret",
  "Service",
  "ServiceAccount",
  "ServiceMonitor",
  "VerticalPodAutoscaler",
]);

/** OLM refuses a bundle with other kinds. */
export const supportedKinds: BundleCheck = {
  name: "supported-kinds",
  *judge({ objects }) {
    for (const { kind, name, placeOf } of objects) {
      if (kind === "" || SUPPORTED.has(kind)) continue;
      yield {
        level: "error",
        message: `OLM installs no ${kind} from a bundle: ${name}`,
        hint: "Take the manifest out of the folder; the operator can make such objects itself",
        place: placeOf("kind"),
      };
    }
  },
};
