import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startDaemon } from "./daemon.ts";
import type { ContainerTool, HeldImage, Reached } from "./tool.ts";

const exec = promisify(execFile);

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly architecture: string } }[];
}

/** A containerd of its own with its client `ctr`; or why there can be none here. */
export async function startContainerd(): Promise<ContainerTool | string> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-containerd-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const socket = join(folder, "sock");
  const ctr = async (...args: readonly string[]): Promise<string> =>
    (await exec("ctr", ["--address", socket, ...args], { maxBuffer: 1e8 })).stdout;
  await writeFile(join(folder, "config.toml"), configText(folder, socket));
  const args = ["--config", join(folder, "config.toml")];
  const daemon = await startDaemon({ command: "containerd", args, folder, answers: () => ctr("version") });
  if (typeof daemon === "string") {
    await remove();
    return daemon;
  }
  const contentOf = async (digest: string) => JSON.parse(await ctr("content", "get", digest)) as Manifest;
  return {
    pull: async (from, name) => {
      await ctr("images", "pull", ...UNPACKED, ...(await reached(from, folder)), `${from.host}/${name}`);
    },
    pullFromMirror: async (host, name) => {
      const hosts = await hostsDir(
        folder,
        "docker.io",
        `[host."http://${host}"]\ncapabilities = ["pull", "resolve"]\n`,
      );
      await ctr("images", "pull", ...UNPACKED, "--hosts-dir", hosts, `docker.io/${name}`);
    },
    push: async (to, name) => {
      await ctr("images", "push", ...(await reached(to, folder)), `${to.host}/${name}`);
    },
    tag: async (name, other) => {
      await ctr("images", "tag", "--force", name, other);
    },
    load: async (tar) => {
      await ctr("images", "import", ...UNPACKED, tar);
    },
    save: async (tar, names) => {
      await ctr("images", "export", tar, ...names);
    },
    held: async (name): Promise<HeldImage> => {
      const row = (await ctr("images", "ls", `name==${name}`)).split("\n")[1] ?? "";
      const manifest = /sha256:[0-9a-f]{64}/.exec(row)?.[0];
      if (manifest === undefined) throw new Error(`containerd has no ${name}`);
      const { manifests } = await contentOf(manifest);
      const own = manifests?.find(({ platform }) => platform?.architecture === "amd64")?.digest ?? manifest;
      return { manifest, config: (await contentOf(own)).config?.digest ?? "" };
    },
    stop: async () => {
      await daemon.stop();
      await remove();
    },
  };
}

const UNPACKED = ["--snapshotter", "native"] as const;

/** Without a file for the host `ctr` speaks plain HTTP to this machine, whatever certificate it is given. */
async function reached({ host, ca, user }: Reached, folder: string): Promise<string[]> {
  const text = ca === undefined ? undefined : `[host."https://${host}"]\nca = ${JSON.stringify(ca)}\n`;
  const how = text === undefined ? ["--plain-http"] : ["--hosts-dir", await hostsDir(folder, host, text)];
  return user === undefined ? how : [...how, "--user", `${user.username}:${user.password}`];
}

/** A folder from which containerd learns how a host is reached. */
async function hostsDir(folder: string, host: string, text: string): Promise<string> {
  const hosts = join(folder, "hosts");
  await mkdir(join(hosts, host), { recursive: true });
  await writeFile(join(hosts, host, "hosts.toml"), text);
  return hosts;
}

/** Without what needs more of the machine than images do. */
function configText(folder: string, socket: string): string {
  const without = [
    "io.containerd.grpc.v1.cri",
    "io.containerd.internal.v1.opt",
    ...["aufs", "btrfs", "devmapper", "zfs"].map((name) => `io.containerd.snapshotter.v1.${name}`),
  ];
  return `version = 2
root = ${JSON.stringify(join(folder, "root"))}
state = ${JSON.stringify(join(folder, "state"))}
disabled_plugins = ${JSON.stringify(without)}
[grpc]
address = ${JSON.stringify(socket)}
[ttrpc]
address = ${JSON.stringify(`${socket}.ttrpc`)}
`;
}
