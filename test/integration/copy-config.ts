import type { NamedImage } from "../rig/images.ts";

/** A config that copies images of Docker Hub, which is really at one registry, to another. */
export function copyConfig(set: readonly NamedImage[], sourceHost: string, targetHost: string): string {
  const images = set.map(({ repository, tag }) => {
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return `  ${name}: { from: docker.io/${repository}, version: "${tag}" }`;
  });
  return `version: 1
upstreams:
  docker.io: { host: "${sourceHost}", scheme: http }
registries:
  second: { type: oci, host: "${targetHost}", scheme: http, prefix: mirrored }
images:
${images.join("\n")}
targets:
  second: { registry: second, images: ["*"], as: "\${path}:\${tag}" }
`;
}
