import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { missingCommand } from "../skip.ts";
import type { ContainerTool, Reached } from "./tool.ts";

const exec = promisify(execFile);

/** A podman with a store of its own; or why there can be none here. */
export async function startPodman(): Promise<ContainerTool | string> {
  const missing = missingCommand("podman");
  if (missing !== undefined) return missing;
  const folder = await mkdtemp(join(tmpdir(), "mirror-podman-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const registries = join(folder, "registries.conf");
  await writeFile(registries, "");
  const env = { PATH: process.env.PATH, HOME: folder, CONTAINERS_REGISTRIES_CONF: registries };
  const store = ["--root", join(folder, "root"), "--runroot", join(folder, "run"), "--storage-driver=vfs"];
  const podman = async (...args: readonly string[]): Promise<string> =>
    (await exec("podman", [...store, ...args], { env, maxBuffer: 1e8 })).stdout.trim();
  try {
    await podman("images");
  } catch (error) {
    await remove();
    return `podman does not run here: ${String((error as { stderr?: string }).stderr)
      .trim()
      .slice(-300)}`;
  }
  return {
    pull: async (from, name) => {
      await podman("pull", "--quiet", ...reached(from), `${from.host}/${name}`);
    },
    pullFromMirror: async (host, name) => {
      const mirror = `[[registry.mirror]]\nlocation = "${host}"\ninsecure = true\n`;
      await writeFile(registries, `[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n${mirror}`);
      await podman("pull", "--quiet", `docker.io/${name}`);
    },
    push: async (to, name) => {
      await podman("push", "--quiet", ...reached(to), `${to.host}/${name}`);
    },
    tag: async (name, other) => {
      await podman("tag", name, other);
    },
    load: async (tar) => {
      await podman("load", "--quiet", "--input", tar);
    },
    save: async (tar, names) => {
      await podman("save", "--quiet", "--multi-image-archive", "--output", tar, ...names);
    },
    held: async (name) => {
      const said = await podman("image", "inspect", "--format", "{{.Id}} {{.Digest}}", name);
      const [id, manifest] = said.split(" ");
      return { config: `sha256:${id}`, manifest };
    },
    stop: remove,
  };
}

function reached({ ca, user }: Reached): string[] {
  const scheme = ca === undefined ? ["--tls-verify=false"] : ["--cert-dir", dirname(ca)];
  return user === undefined ? scheme : [...scheme, "--creds", `${user.username}:${user.password}`];
}
