import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Failed } from "../failure/index.ts";
import { removeLeftovers } from "../oci/layout/disk.ts";
import { explained } from "../oci/layout/failures.ts";
import type { Choice } from "../versions/index.ts";
import { readAddress } from "./address.ts";
import { type CommitCache, commitCache } from "./cache.ts";
import { openFolder } from "./folder.ts";
import { type Git, gitFor } from "./git.ts";
import { fetchCommit } from "./history.ts";
import { type Found, findPin, type SourcePin, unusualName } from "./pin.ts";
import { askRefs, type Ref, type RefMemory, refMemory, shortName } from "./refs.ts";

/** Where images, charts or manifests come from. */
export type SourceOrigin =
  /** As git takes it: a URL, `user@host:path`, or an absolute path. */
  | { readonly url: string; readonly pin: SourcePin }
  /** A folder of this machine, as it stands. */
  | { readonly folder: string };

export interface SourceOptions {
  /** A folder of ours for all sources, as `.mirror/sources`; made where it is not there. */
  readonly cache: string;
  /** `offline` asks nobody: what is not in the cache cannot be had, and refs are as they were seen last. */
  readonly network: "online" | "offline";
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A source that can be read. */
export interface OpenedSource {
  /** Undefined for a folder that is in no git repository. */
  readonly commit: string | undefined;
  /** The tag or branch that was chosen, without `refs/tags/`; undefined for a commit and for a folder. */
  readonly ref: string | undefined;
  /** The files. Nobody may write into it. */
  readonly folder: string;
  /** `modified` is a folder whose files are not those of its commit; what comes from git is always clean. */
  readonly state: "clean" | "modified";
  /** What the tag was chosen from, where the pin is a version rule. */
  readonly choice: Choice | undefined;
}

/**
 * Opens a source at its pin: finds the commit (one `git ls-remote`, none for a commit), fetches that one commit unless
 * it is in the cache, and gives a clean work tree of it. Credentials are git's own. Submodules are not followed, and
 * files kept by git-lfs are their pointers. Safe in several processes at once.
 * Throws `Failed` with a code `git/…` or `versions/…`.
 */
export async function openSource(origin: SourceOrigin, options: SourceOptions): Promise<OpenedSource> {
  try {
    return "folder" in origin
      ? await openFolder(origin.folder, options)
      : await openGit(origin.url, origin.pin, options);
  } catch (error) {
    throw explained(error, options.cache);
  }
}

/** The names of a repository's tags. Throws `Failed` with a code `git/…`. */
export async function listTags(url: string, options: SourceOptions): Promise<string[]> {
  const refs = await refsFor(await repositoryFor(url, options), { kind: "version", tags: "*", prereleases: "include" });
  return refs.filter(({ name }) => name.startsWith("refs/tags/")).map(({ name }) => shortName(name));
}

/** What is needed to open a pin of one repository. */
interface Repository {
  readonly url: string;
  readonly shown: string;
  readonly git: Git;
  readonly commits: CommitCache;
  readonly memory: RefMemory;
  readonly network: SourceOptions["network"];
}

async function openGit(url: string, pin: SourcePin, options: SourceOptions): Promise<OpenedSource> {
  const repository = await repositoryFor(url, options);
  const found = await findPin(pin, () => refsFor(repository, pin), repository.shown);
  const opened = await openCommit(repository, found);
  const ref = found.ref === undefined ? undefined : shortName(found.ref.name);
  return { ...opened, ref, state: "clean", choice: found.choice };
}

async function repositoryFor(url: string, options: SourceOptions): Promise<Repository> {
  const address = readAddress(url);
  const temporaryFolder = join(options.cache, "tmp");
  await mkdir(temporaryFolder, { recursive: true });
  await removeLeftovers(temporaryFolder, (options.now ?? Date.now)());
  const folder = join(options.cache, address.folder);
  const git = gitFor({ url: address.shown, cwd: options.cache, env: options.env, signal: options.signal });
  return {
    url,
    shown: address.shown,
    git,
    commits: commitCache({ folder: join(folder, "commits"), temporaryFolder, git, url }),
    memory: refMemory(join(folder, "refs"), temporaryFolder),
    network: options.network,
  };
}

async function refsFor({ url, shown, git, memory, network }: Repository, pin: SourcePin): Promise<readonly Ref[]> {
  const name = unusualName(pin);
  if (network === "offline") {
    const refs = await memory.read();
    if (refs === undefined || name !== undefined) throw offline(`The tags and branches of ${shown}`);
    return refs;
  }
  const refs = await askRefs(git, url, name);
  if (name === undefined) await memory.write(refs);
  return refs;
}

async function openCommit(repository: Repository, { commit, ref }: Found): Promise<{ commit: string; folder: string }> {
  const { commits, git, url, shown, network } = repository;
  const folder = await commits.open(commit);
  if (folder !== undefined) return { commit, folder };
  if (network === "offline") throw offline(`Commit ${commit.slice(0, 12)} of ${shown}`);
  // A branch may have moved since it was asked for: what arrived is what counts.
  const arrived =
    ref === undefined ? await fetchCommit({ commits, git, url, shown }, commit) : await commits.add(ref.name);
  const made = await commits.open(arrived);
  if (made === undefined) throw new Error(`${arrived} is not where it was put`);
  return { commit: arrived, folder: made };
}

function offline(what: string): Failed {
  return new Failed({
    code: "git/offline",
    class: "permanent",
    message: `${what} cannot be had offline: the cache does not hold what is wanted`,
    hint: "Run once with the network, or bring the cache along",
  });
}
