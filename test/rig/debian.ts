import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findCommand, missingCommand, missingRoot } from "./skip.ts";

const exec = promisify(execFile);

/** The root file system of a minimal Debian 12, once as a tar and once gzipped. */
export interface RootFileSystem {
  readonly tar: string;
  readonly gzip: string;
  readonly tarBytes: number;
}

/**
 * Makes the root file system with debootstrap, once: it is kept in the user's cache folder, since fetching it takes
 * half a minute. Where it cannot be made, gives the sentence that says why.
 */
export async function debianRootFileSystem(): Promise<RootFileSystem | string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "mirror-test");
  const made = join(cache, "debian-bookworm");
  if (!existsSync(made)) {
    const missing = missingRoot() ?? missingCommand("debootstrap") ?? missingCommand("tar") ?? missingCommand("gzip");
    if (missing !== undefined) return `a Debian root file system cannot be made: ${missing}`;
    await mkdir(cache, { recursive: true });
    const failure = await make(cache, made);
    if (failure !== undefined) return failure;
  }
  const tar = join(made, "root.tar");
  return { tar, gzip: `${tar}.gz`, tarBytes: (await stat(tar)).size };
}

/** Made beside its place and moved there whole: a half of it is never taken for all of it. */
async function make(cache: string, made: string): Promise<string | undefined> {
  const scratch = await mkdtemp(join(cache, "making-"));
  const root = join(scratch, "root");
  const tar = join(scratch, "made", "root.tar");
  try {
    await mkdir(join(scratch, "made"));
    const debootstrap = findCommand("debootstrap") ?? "debootstrap";
    const args = ["--variant=minbase", "bookworm", root, ...debianMirror()];
    await exec(debootstrap, args, { timeout: 240_000, maxBuffer: 1 << 26, env: withRootPath() });
    for (const part of ["var/cache/apt/archives", "var/lib/apt/lists"]) {
      await rm(join(root, part), { recursive: true, force: true });
    }
    await exec("tar", [
      "--sort=name",
      "--mtime=@0",
      "--numeric-owner",
      "--one-file-system",
      "-C",
      root,
      "-cf",
      tar,
      ".",
    ]);
    await exec("gzip", ["-n", "-k", "-1", tar]);
    await rename(join(scratch, "made"), made);
    return undefined;
  } catch (error) {
    if (existsSync(made)) return undefined;
    const { message } = error as Error;
    return `debootstrap failed: ${message.split("\n").find((line) => line.startsWith("E:")) ?? message.split("\n")[0]}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Debian's mirror as apt is configured with it; without one debootstrap takes its own. */
function debianMirror(): string[] {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const texts = ["/etc/apt/sources.list", ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
  const mirrors = texts.flatMap((text) => text.match(/^(?!\s*#).*?\bhttps?:\/\/\S+\/debian\/?(?=\s|$)/gm) ?? []);
  const mirror = /https?:\S+/.exec(mirrors[0] ?? "")?.[0];
  return mirror === undefined ? [] : [mirror];
}

function withRootPath(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: "C" };
}
