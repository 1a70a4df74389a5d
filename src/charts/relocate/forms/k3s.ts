import { stringify } from "yaml";
import { byHost, type Form, keepsVersion, OTHER_VERSION, type Relocation } from "./form.ts";

/** The `registries.yaml` of K3s and RKE2, with a rewrite for each repository that has another path at the target. */
export const k3s: Form = {
  use: "put it at /etc/rancher/k3s/registries.yaml (or /etc/rancher/rke2/registries.yaml) on every node, and restart",
  write: (relocations, { scheme, target }) => {
    const kept = relocations.filter(keepsVersion);
    const mirrors = byHost(kept).map(([host, images]) => [host, mirrorOf(images, scheme)] as const);
    const text = `# Images are pulled from the target ${target}.\n${stringify({ mirrors: Object.fromEntries(mirrors) })}`;
    return {
      files: mirrors.length === 0 ? [] : [{ path: "registries.yaml", text }],
      left: relocations
        .filter((relocation) => !keepsVersion(relocation))
        .map((relocation) => ({ relocation, why: OTHER_VERSION })),
    };
  },
};

function mirrorOf(images: readonly Relocation[], scheme: string) {
  const moved = images.filter(({ from, to }) => from.repository !== to.repository);
  const rewrite = moved.map(({ from, to }) => [`^${from.repository.replaceAll(".", "\\.")}$`, to.repository]);
  return {
    endpoint: [...new Set(images.map(({ to }) => `${scheme}://${to.host}`))],
    ...(rewrite.length === 0 ? {} : { rewrite: Object.fromEntries(rewrite) }),
  };
}
