import { Failed } from "../failure/index.ts";
import { gitFor } from "./git.ts";

export interface AtCommit {
  /** Somewhere in a work tree. */
  readonly folder: string;
  /** Whatever git takes for a commit: `HEAD~1`, a tag, a branch. */
  readonly commit: string;
  /** Relative to `folder`. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * The text of a file as a commit of this machine's repository has it; undefined where the commit has no such file.
 * Throws `Failed`: `git/unknown-commit`, `git/no-repository`, `git/missing`.
 */
export async function textAtCommit({ folder, commit, file, env, signal }: AtCommit): Promise<string | undefined> {
  const git = gitFor({ url: folder, cwd: folder, env, signal });
  const asked = await git
    .local(["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`])
    .catch((error: unknown) => {
      throw error instanceof Failed && error.failure.code === "git/failed" ? unknown(commit, folder) : error;
    });
  const path = `${asked.trim()}:./${file}`;
  const there = await git.local(["ls-tree", "--name-only", asked.trim(), "--", `./${file}`]);
  return there.trim() === "" ? undefined : git.local(["show", path]);
}

function unknown(commit: string, folder: string): Failed {
  return new Failed({
    code: "git/unknown-commit",
    class: "usage",
    message: `"${commit}" is neither a file nor a commit of the repository around ${folder}`,
    hint: "Name a lock file, or a tag, branch or commit",
  });
}
