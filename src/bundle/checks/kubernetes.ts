/** The annotation and label with the versions of OpenShift that a bundle is for. */
export const OPENSHIFT = "com.redhat.openshift.versions";

/** The newest version of OpenShift 4 that Red Hat's check took an open end for when this was written. */
const NEWEST_MINOR = 22;

/** OpenShift 4.x is Kubernetes 1.(x + 13). */
const KUBERNETES_BEFORE = 13;

/**
 * The minor version of Kubernetes 1 in the newest OpenShift that a bundle says it is for: `vX` is from there on, `=vX`
 * that one alone, `vA-vB` ends with B. Undefined for a text of another form.
 */
export function lastKubernetes(text: string): number | undefined {
  const [, exact, first = "", last] = /^(=?)v4\.(\d+)(?:-v4\.(\d+))?$/.exec(text) ?? [];
  if (first === "" || (exact === "=" && last !== undefined)) return undefined;
  if (last !== undefined) return Number(last) + KUBERNETES_BEFORE;
  return (exact === "=" ? Number(first) : Math.max(NEWEST_MINOR, Number(first))) + KUBERNETES_BEFORE;
}
