import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Contender, Task } from "./task.ts";

/** A tool that a user would pick instead. */
export interface Peer {
  readonly version: string;
  /** Its best way, which depends on how long a round trip takes. */
  readonly way: (work: { readonly images: number; readonly distance: "near" | "far" }) => Contender;
}

/** Those found on PATH. Of skopeo every version, as `skopeo` or `skopeo-1.22`: they differ. */
export async function findPeers(): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const name of await programsLike(/^(skopeo(-[\d.]+)?|crane|oras|regctl)$/)) {
    const version = versionOf(name);
    if (version !== undefined) peers.push(name.startsWith("skopeo") ? skopeo(name, version) : other(name, version));
  }
  return peers;
}

/** `skopeo sync` takes a list, one image after the other: far away many `skopeo copy` at once are better. */
function skopeo(program: string, version: string): Peer {
  const name = `skopeo ${version}`;
  const sync: Contender = { name: `${name} sync`, bytes: "hashed", prepare: (task) => prepareSync(program, task) };
  const copies = (task: Task): Promise<readonly string[]> => {
    const verify = String(task.scheme === "https");
    const flags = ["--all", `--src-tls-verify=${verify}`, `--dest-tls-verify=${verify}`];
    return inProcesses(task, [program, "copy", ...flags], (host) => `docker://${host}`);
  };
  return {
    version: `${program} ${version}`,
    way: ({ images, distance }) =>
      distance === "far" && images > 1 ? { name: `${name} copy`, bytes: "hashed", prepare: copies } : sync,
  };
}

async function prepareSync(program: string, task: Task): Promise<readonly string[]> {
  const list = join(task.folder, "sync.yaml");
  const images = task.images.map(({ repository, tag }) => `    ${repository}: ["${tag}"]\n`).join("");
  const verify = String(task.scheme === "https");
  await writeFile(list, `"${task.source}":\n  tls-verify: ${verify}\n  images:\n${images}`);
  const flags = ["--all", "--src", "yaml", "--dest", "docker", `--dest-tls-verify=${verify}`];
  return [program, "sync", ...flags, list, `${task.target}/bench`];
}

/** Tools that copy one image in a process. */
function other(program: string, version: string): Peer {
  const name = `${program} ${version}`;
  const prepare = (task: Task): Promise<readonly string[]> => {
    const plain = task.scheme === "http";
    switch (program) {
      case "crane":
        return inProcesses(task, [program, "copy", ...(plain ? ["--insecure"] : [])]);
      case "oras":
        return inProcesses(task, [
          program,
          "cp",
          "--no-tty",
          ...(plain ? ["--from-plain-http", "--to-plain-http"] : []),
        ]);
      default: {
        const tls = plain ? "disabled" : "enabled";
        const hosts = [task.source, task.target].flatMap((host) => ["--host", `reg=${host},tls=${tls}`]);
        return inProcesses(task, [program, ...hosts, "image", "copy"]);
      }
    }
  };
  const bytes = program === "oras" ? "passed on" : "hashed";
  return { version: name, way: () => ({ name, bytes, prepare }) };
}

/** One process for an image, several at once. */
async function inProcesses(
  task: Task,
  command: readonly string[],
  address: (host: string) => string = (host) => host,
): Promise<readonly string[]> {
  const { source, target, images } = task;
  const pairs = images.map(({ repository, tag }) =>
    [source, target].map((host) => `${address(host)}/${repository}:${tag}`).join(" "),
  );
  const [only] = pairs;
  if (pairs.length === 1 && only !== undefined) return [...command, ...only.split(" ")];
  const list = join(task.folder, "pairs.txt");
  await writeFile(list, `${pairs.join("\n")}\n`);
  return ["xargs", "-a", list, "-P", String(task.processes), "-n", "2", ...command];
}

async function programsLike(pattern: RegExp): Promise<readonly string[]> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  return [...new Set(names.flat().filter((name) => pattern.test(name)))].sort();
}

function versionOf(program: string): string | undefined {
  for (const args of [["version"], ["--version"]]) {
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
    if (status === 0) return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
  }
  return undefined;
}
