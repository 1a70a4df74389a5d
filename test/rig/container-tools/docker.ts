import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "../cli.ts";
import { missingCommand } from "../skip.ts";
import { startDaemon } from "./daemon.ts";
import type { ContainerTool, Reached } from "./tool.ts";

const exec = promisify(execFile);

/** A dockerd of its own with its client; or why there can be none here. */
export async function startDocker(): Promise<ContainerTool | string> {
  const missing = missingCommand("docker");
  if (missing !== undefined) return missing;
  const folder = await mkdtemp(join(tmpdir(), "mirror-docker-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const socket = `unix://${join(folder, "sock")}`;
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_HOST: socket };
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await exec("docker", args, { env, maxBuffer: 1e8 })).stdout.trim();
  const config = join(folder, "daemon.json");
  await writeFile(config, "{}");
  const args = [
    ...["--config-file", config, "--host", socket, "--pidfile", join(folder, "pid")],
    ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "--storage-driver", "vfs"],
    ...["--bridge", "none", "--iptables=false", "--ip6tables=false"],
  ];
  const daemon = await startDaemon({ command: "dockerd", args, folder, answers: () => docker("version") });
  if (typeof daemon === "string") {
    await remove();
    return daemon;
  }
  const login = async ({ host, user }: Reached): Promise<void> => {
    if (user === undefined) return;
    const asked = ["login", "--username", user.username, "--password-stdin", host];
    const child = spawn("docker", asked, { env, stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.end(user.password);
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`docker login ended with ${code}`);
  };
  return {
    // Docker trusts what is on this machine: TLS is tried first, and its certificate is not looked at.
    pull: async (from, name) => {
      await login(from);
      await docker("pull", "--quiet", `${from.host}/${name}`);
    },
    pullFromMirror: async (host, name) => {
      await writeFile(config, JSON.stringify({ "registry-mirrors": [`http://${host}`] }));
      process.kill(daemon.pid, "SIGHUP");
      const known = async () => (await docker("info", "--format", "{{.RegistryConfig.Mirrors}}")).includes(host);
      await waitFor("docker to know the mirror", known);
      await docker("pull", "--quiet", name);
    },
    push: async (to, name) => {
      await login(to);
      await docker("push", "--quiet", `${to.host}/${name}`);
    },
    tag: async (name, other) => {
      await docker("tag", name, other);
    },
    load: async (tar) => {
      await docker("load", "--input", tar);
    },
    save: async (tar, names) => {
      await docker("save", "--output", tar, ...names);
    },
    held: async (name) => {
      const said = await docker("image", "inspect", "--format", "{{.Id}} {{json .RepoDigests}}", name);
      return { config: said.slice(0, 71), manifest: /@(sha256:[0-9a-f]{64})/.exec(said)?.[1] };
    },
    stop: async () => {
      await daemon.stop();
      await remove();
    },
  };
}
