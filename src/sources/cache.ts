import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode, unlessMissing } from "../oci/layout/disk.ts";
import type { Git } from "./git.ts";

/**
 * Where commits are kept: each in a folder of its own, with a bare repository of that one commit (`git`) and its work
 * tree (`tree`). A folder is made elsewhere and moved to its place when it is whole, so that several processes and
 * crashes do no harm, and nothing is locked.
 */
export interface CommitCache {
  /** The clean work tree of a commit that is here; undefined where it is not. What was changed in it is undone. */
  readonly open: (commit: string) => Promise<string | undefined>;
  /** Fetches something that git names (a ref or a commit), and gives the commit it leads to. */
  readonly add: (wanted: string) => Promise<string>;
}

export interface CommitCacheOptions {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly git: Git;
  readonly url: string;
}

/** Files arrive as they were committed: no line ends, no filters of whoever runs mirror. */
const AS_COMMITTED = "* -text -filter -ident -working-tree-encoding\n";
const PIN = "refs/mirror/pin";

export function commitCache({ folder, temporaryFolder, git, url }: CommitCacheOptions): CommitCache {
  const placeOf = (commit: string): string => join(folder, commit);

  const inTemporary = async <Result>(work: (temporary: string) => Promise<Result>): Promise<Result> => {
    const temporary = join(temporaryFolder, randomUUID());
    await mkdir(temporary, { recursive: true });
    try {
      return await work(temporary);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  };

  const fetch = async (repository: string, wanted: string): Promise<void> => {
    const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    await git.remote(["--git-dir", repository, "fetch", "--depth=1", ...options, "--", url, `+${wanted}:${PIN}`]);
  };

  return {
    async open(commit) {
      const place = placeOf(commit);
      if ((await unlessMissing(stat(join(place, "git")))) === undefined) return undefined;
      if (await isClean(git, place)) return join(place, "tree");
      await inTemporary((temporary) => renew(git, place, temporary));
      return join(place, "tree");
    },
    async add(wanted) {
      return inTemporary(async (temporary) => {
        const repository = join(temporary, "commit", "git");
        await initialise(git, repository, wanted);
        await fetch(repository, wanted);
        const commit = (await git.local(["--git-dir", repository, "rev-parse", "--verify", `${PIN}^{commit}`])).trim();
        await git.local(["--git-dir", repository, "update-ref", "--no-deref", "HEAD", commit]);
        await checkOut(git, repository, join(temporary, "commit", "tree"));
        await moveTo(join(temporary, "commit"), placeOf(commit));
        return commit;
      });
    },
  };
}

async function initialise(git: Git, repository: string, wanted: string): Promise<void> {
  const format = /^[0-9a-f]{64}$/.test(wanted) ? ["--object-format=sha256"] : [];
  await git.local(["init", "--quiet", "--bare", "--template=", ...format, "--", repository]);
  await mkdir(join(repository, "info"), { recursive: true });
  await writeFile(join(repository, "info", "attributes"), AS_COMMITTED);
}

async function checkOut(git: Git, repository: string, tree: string, index?: string): Promise<void> {
  await mkdir(tree, { recursive: true });
  const env = index === undefined ? {} : { GIT_INDEX_FILE: index };
  await git.local(["--git-dir", repository, "--work-tree", tree, "read-tree", "--reset", "-u", "HEAD"], env);
}

async function isClean(git: Git, place: string): Promise<boolean> {
  if ((await unlessMissing(stat(join(place, "tree")))) === undefined) return false;
  const at = ["--no-optional-locks", "--git-dir", join(place, "git"), "--work-tree", join(place, "tree")];
  const changes = await git.local([...at, "status", "--porcelain", "--ignored=matching", "--untracked-files=all"]);
  return changes.trim() === "";
}

/** Puts a new work tree in the place of one that somebody has changed. */
async function renew(git: Git, place: string, temporary: string): Promise<void> {
  const index = join(temporary, "index");
  await checkOut(git, join(place, "git"), join(temporary, "tree"), index);
  await unlessMissing(rename(join(place, "tree"), join(temporary, "changed")));
  await moveTo(join(temporary, "tree"), join(place, "tree"));
  await rename(index, join(place, "git", "index"));
}

/** Moves a whole folder to its place, unless another process was faster. */
async function moveTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
}
