import { stat } from "node:fs/promises";
import { Failed } from "../failure/index.ts";
import { unlessMissing } from "../oci/layout/disk.ts";
import { gitFor } from "./git.ts";
import type { OpenedSource, SourceOptions } from "./open.ts";

/**
 * Opens a folder as it stands, with the commit it is at where it is in a git repository and git is there.
 * Throws `Failed` (`sources/no-folder`).
 */
export async function openFolder(folder: string, { env, signal }: SourceOptions): Promise<OpenedSource> {
  if ((await unlessMissing(stat(folder)))?.isDirectory() !== true) throw noFolder(folder);
  const git = gitFor({ url: folder, cwd: folder, env, signal });
  const opened = { ref: undefined, folder, choice: undefined };
  try {
    const commit = (await git.local(["rev-parse", "--verify", "HEAD^{commit}"])).trim();
    const changes = await git.local(["--no-optional-locks", "status", "--porcelain", "--", "."]);
    return { ...opened, commit, state: changes.trim() === "" ? "clean" : "modified" };
  } catch (error) {
    // A folder needs no git: without it, or in no repository, there is only no commit to tell.
    if (!(error instanceof Failed) || error.failure.class === "cancelled") throw error;
    return { ...opened, commit: undefined, state: "modified" };
  }
}

function noFolder(folder: string): Failed {
  return new Failed({
    code: "sources/no-folder",
    class: "usage",
    message: `The source ${folder} is no folder`,
    hint: "Correct its path; a git repository is named by git",
  });
}
