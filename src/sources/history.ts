import { Failed } from "../failure/index.ts";
import type { CommitCache } from "./cache.ts";
import { type Git, isRefused } from "./git.ts";
import { askRefs } from "./refs.ts";

interface Place {
  readonly commits: CommitCache;
  readonly git: Git;
  readonly url: string;
  readonly shown: string;
}

/**
 * Fetches a commit by its id. Where a server gives commits only by the names that lead to them, that name is looked
 * for. Throws `Failed` (`git/unknown-commit`).
 */
export async function fetchCommit({ commits, git, url, shown }: Place, commit: string): Promise<string> {
  try {
    return await commits.add(commit);
  } catch (error) {
    if (!isRefused(error)) throw error;
    const ref = (await askRefs(git, url)).find((one) => one.commit === commit);
    if (ref === undefined) throw unknown(commit, shown, error);
    return commits.add(ref.name);
  }
}

function unknown(commit: string, url: string, cause: unknown): Failed {
  return new Failed(
    {
      code: "git/unknown-commit",
      class: "permanent",
      message: `${url} does not give commit ${commit}`,
      hint: "Check the commit; a server that gives no commits by their id needs a tag or branch that stands at it",
    },
    { cause },
  );
}
