import { stringify } from "yaml";
import { type Form, keepsVersion, OTHER_VERSION, type Relocation } from "./form.ts";

/**
 * OpenShift's `ImageDigestMirrorSet` and `ImageTagMirrorSet` (config.openshift.io/v1): repository by repository, so
 * that any names at the target will do.
 */
export const mirrorSets: Form = {
  use: "apply it to the cluster: oc apply -f",
  write: (relocations, { target }) => {
    const kept = relocations.filter(keepsVersion);
    const sets = [
      setOf("ImageDigestMirrorSet", "imageDigestMirrors", target, kept),
      setOf("ImageTagMirrorSet", "imageTagMirrors", target, kept),
    ];
    return {
      files: kept.length === 0 ? [] : [{ path: "image-mirrors.yaml", text: sets.join("---\n") }],
      left: relocations
        .filter((relocation) => !keepsVersion(relocation))
        .map((relocation) => ({ relocation, why: OTHER_VERSION })),
    };
  },
};

function setOf(kind: string, list: string, target: string, relocations: readonly Relocation[]): string {
  const mirrors = new Map<string, Set<string>>();
  for (const { from, to } of relocations) {
    const source = `${from.host}/${from.repository}`;
    mirrors.set(source, (mirrors.get(source) ?? new Set()).add(`${to.host}/${to.repository}`));
  }
  return stringify({
    apiVersion: "config.openshift.io/v1",
    kind,
    metadata: { name: `mirror-${target}`.toLowerCase().replace(/[^a-z0-9.-]/g, "-") },
    spec: { [list]: [...mirrors].sort().map(([source, to]) => ({ source, mirrors: [...to] })) },
  });
}
