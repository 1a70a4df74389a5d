import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gitEnv } from "../sources/rig.ts";

/** Commits all that is in a folder, which becomes a git repository where it is none, and tags the commit. */
export function commitAs(folder: string, tag: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, env: gitEnv, stdio: "ignore" });
  if (!existsSync(join(folder, ".git"))) git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "--allow-empty", "-m", tag);
  git("tag", tag);
}
