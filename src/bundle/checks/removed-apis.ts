import type { BundleObject } from "../objects.ts";
import { type BundleCheck, permissionsOf } from "./check.ts";
import { lastKubernetes, OPENSHIFT } from "./kubernetes.ts";

/** What Kubernetes 1.N does not serve any more (its "Deprecated API Migration Guide"). */
const REMOVED: readonly (readonly [minor: number, apiVersion: string, kinds: readonly string[]])[] = [
  [22, "apiextensions.k8s.io/v1beta1", ["CustomResourceDefinition"]],
  [22, "scheduling.k8s.io/v1beta1", ["PriorityClass"]],
  [22, "rbac.authorization.k8s.io/v1beta1", ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]],
  [22, "apiregistration.k8s.io/v1beta1", ["APIService"]],
  [22, "authentication.k8s.io/v1beta1", ["TokenReview"]],
  [22, "authorization.k8s.io/v1beta1", ["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SubjectAccessReview"]],
  [22, "admissionregistration.k8s.io/v1beta1", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]],
  [22, "coordination.k8s.io/v1beta1", ["Lease"]],
  [22, "extensions/v1beta1", ["Ingress"]],
  [22, "networking.k8s.io/v1beta1", ["Ingress", "IngressClass"]],
  [22, "storage.k8s.io/v1beta1", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]],
  [22, "certificates.k8s.io/v1beta1", ["CertificateSigningRequest"]],
  [25, "batch/v1beta1", ["CronJob"]],
  [25, "discovery.k8s.io/v1beta1", ["EndpointSlice"]],
  [25, "events.k8s.io/v1beta1", ["Event"]],
  [25, "autoscaling/v2beta1", ["HorizontalPodAutoscaler"]],
  [25, "policy/v1beta1", ["PodDisruptionBudget", "PodSecurityPolicy"]],
  [25, "node.k8s.io/v1beta1", ["RuntimeClass"]],
  [26, "autoscaling/v2beta2", ["HorizontalPodAutoscaler"]],
  [26, "flowcontrol.apiserver.k8s.io/v1beta1", ["FlowSchema", "PriorityLevelConfiguration"]],
];

/** The clusters that the bundle is for serve the APIs of its objects. */
export const removedApis: BundleCheck = {
  name: "removed-apis",
  *judge({ csv, objects, labels }) {
    const least = Number(/^1\.(\d+)/.exec(csv.textAt("spec", "minKubeVersion") ?? "")?.[1] ?? 0);
    const last = lastKubernetes(labels[OPENSHIFT] ?? "") ?? 0;
    for (const object of objects) {
      const minor = removedIn(object);
      if (minor === undefined) continue;
      yield {
        // Without a version that somebody named it may be right for the clusters it is for.
        level: least >= minor ? "error" : last >= minor ? "certified" : "warning",
        message: `Kubernetes 1.${minor} does not serve ${object.apiVersion}, which the ${object.kind} ${object.name} is of`,
        hint: "Move it to the API that replaces this one: kubernetes.io/docs/reference/using-api/deprecation-guide",
        place: object.placeOf("apiVersion"),
      };
    }
    for (const { path } of permissionsOf(csv)) {
      for (const [index] of csv.listAt(...path, "rules").entries()) {
        const rule = [...path, "rules", index];
        if (!csv.listAt(...rule, "apiGroups").includes("policy")) continue;
        if (!csv.listAt(...rule, "resources").includes("podsecuritypolicies")) continue;
        yield {
          level: "warning",
          message: "Kubernetes 1.25 has no PodSecurityPolicy, which a permission is for",
          hint: "Remove the rule, where the operator runs on older clusters no more",
          place: csv.placeOf(...rule),
        };
      }
    }
  },
};

const removedIn = ({ apiVersion, kind }: BundleObject): number | undefined =>
  REMOVED.find(([, api, kinds]) => api === apiVersion && kinds.includes(kind))?.[0];
