import { byHost, type Form, type FormOptions } from "./form.ts";
import { type Below, commonPlace } from "./prefix.ts";

/**
 * containerd's `hosts.toml`, one for each host (containerd, docs/hosts.md). It redirects whole hosts to a path, so
 * images must stand at the target under their own paths.
 */
export const hosts: Form = {
  use: "put the folders into containerd's certs.d on every node, by default /etc/containerd/certs.d",
  write: (relocations, options) => {
    const all = byHost(relocations).map(([host, images]) => ({ host, ...commonPlace(images) }));
    return {
      files: all.flatMap(({ host, below }) =>
        below === undefined ? [] : [{ path: `certs.d/${host}/hosts.toml`, text: textOf(host, below, options) }],
      ),
      left: all.flatMap(({ left }) => left),
    };
  },
};

function textOf(host: string, { host: target, prefix }: Below, { scheme, target: name }: FormOptions): string {
  const address = `${scheme}://${target}${prefix === "" ? "" : `/v2/${prefix}`}`;
  return [
    `# Images of ${host} are pulled from the target ${name}.`,
    `server = ${JSON.stringify(`https://${host === "docker.io" ? "registry-1.docker.io" : host}`)}`,
    "",
    `[host.${JSON.stringify(address)}]`,
    '  capabilities = ["pull", "resolve"]',
    ...(prefix === "" ? [] : ["  override_path = true"]),
    "",
  ].join("\n");
}
