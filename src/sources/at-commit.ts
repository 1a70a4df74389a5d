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
 * The text of a file as a commit of this machine's repository has it; undefined where the commit has no such file, as
 * `HEAD` has none before the first commit.
 * Throws `Failed`: `git/unknown-commit`, `git/no-repository`, `git/missing`.
 */
export async function textAtCommit({ folder, commit, file, env, signal }: AtCommit): Promise<string | undefined> {
  const git = gitFor({ url: folder, cwd: folder, env, signal });
  const asked = await git
    .local(["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`])
    .catch(async (error: unknown) => {
      const failure = notThere(error, commit, folder);
      if (commit !== "HEAD" || !isUnknown(failure)) throw failure;
      const first = await git.local(["rev-list", "--max-count=1", "--all"]);
      if (first.trim() !== "") throw failure;
    });
  if (asked === undefined) return undefined;
  const path = `${asked.trim()}:./${file}`;
  const there = await git.local(["ls-tree", "--name-only", asked.trim(), "--", `./${file}`]);
  return there.trim() === "" ? undefined : git.local(["show", path]);
}

function notThere(error: unknown, commit: string, folder: string): unknown {
  if (!(error instanceof Failed) || error.failure.code !== "git/failed") return error;
  const outside = error.failure.detail?.some((line) => /not a git repository/i.test(line)) ?? false;
  return outside ? noRepository(commit, folder) : unknown(commit, folder);
}

const isUnknown = (thrown: unknown): boolean =>
  thrown instanceof Failed && thrown.failure.code === "git/unknown-commit";

function noRepository(commit: string, folder: string): Failed {
  return new Failed({
    code: "git/no-repository",
    class: "usage",
    message: `"${commit}" is not a file, and ${folder} is in no git repository that could have it as a commit`,
    hint: "Name two lock files",
  });
}

function unknown(commit: string, folder: string): Failed {
  return new Failed({
    code: "git/unknown-commit",
    class: "usage",
    message: `"${commit}" is neither a file nor a commit of the repository around ${folder}`,
    hint: "Name a lock file, or a tag, branch or commit",
  });
}
