import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TaskContext } from "mirror";
import { type Bundle, bundleOf, needed } from "./lib/bundle.ts";

const CATALOG = "https://github.com/redhat-openshift-ecosystem/certified-operators.git";

/**
 * Puts a bundle into a branch of a fork of the certified operators' repository, and opens the pull request with which
 * its certification begins. A second run finds both and changes nothing.
 *
 *     open_pull_request:
 *       needs: ["bundle:operator"]
 *       run: tasks/open_pull_request.ts
 *       env:
 *         FORK: git@github.com:acme/certified-operators.git
 *         CERT_PROJECT_ID: 65f0c2a1b3d4e5f60718293c
 *
 * Optional: CATALOG (the repository itself), BASE (its branch, main), MERGE ("true": merged when all is well). The
 * pull request is opened by GitHub's `gh`; where `gh` is not there, the task says where to open it.
 */
export default async function openPullRequest(context: TaskContext): Promise<{ branch: string; url?: string }> {
  const bundle = await bundleOf(context);
  const fork = needed(context, "FORK", "git@github.com:acme/certified-operators.git");
  const clone = await mkdtemp(join(tmpdir(), "certified-operators-"));
  try {
    const branch = `${bundle.package}-${bundle.version}`;
    const state = await pushBranch(context, { bundle, fork, clone, branch });
    if (state === "merged") return { branch };
    const url = await pullRequest(context, { bundle, fork, branch });
    return url === undefined ? { branch } : { branch, url };
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

interface Change {
  readonly bundle: Bundle;
  readonly fork: string;
  readonly clone: string;
  readonly branch: string;
}

/** `merged`: the catalog's repository has the bundle already, and there is nothing to ask for. */
async function pushBranch(context: TaskContext, { bundle, fork, clone, branch }: Change): Promise<"pushed" | "merged"> {
  const { env, log } = context;
  const $ = context.$({ cwd: clone });
  await $`git clone --quiet --depth 1 --branch ${env.BASE ?? "main"} ${env.CATALOG ?? CATALOG} ${clone}`;
  await $`git checkout --quiet -b ${branch}`;
  const operator = join(clone, "operators", bundle.package);
  const path = join(operator, bundle.version);
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await cp(bundle.folder, path, { recursive: true });
  await writeProject(context, join(operator, "ci.yaml"));
  await $`git add --all operators`;
  if ((await $`git status --porcelain`).stdout.trim() === "") {
    log(`${bundle.package} ${bundle.version} is in the catalog's repository already`);
    return "merged";
  }
  await $`git commit --quiet --signoff --message ${title(bundle)}`;
  if (await isPushed(context, clone, fork, branch)) {
    log(`${branch} is pushed already`);
    return "pushed";
  }
  await $`git push --quiet --force ${fork} HEAD:refs/heads/${branch}`;
  log(`pushed ${branch}`);
  return "pushed";
}

/** Whether the fork's branch has the very same files: a commit of another date is no reason to push again. */
async function isPushed(context: TaskContext, clone: string, fork: string, branch: string): Promise<boolean> {
  const $ = context.$({ cwd: clone, nothrow: true });
  const fetched = await $`git fetch --quiet --depth 1 ${fork} ${branch}`;
  if (fetched.exitCode !== 0) return false;
  return (await $`git diff --quiet HEAD FETCH_HEAD`).exitCode === 0;
}

/** What the pipelines want to know of an operator: which project in the partner portal it belongs to. */
async function writeProject(context: TaskContext, file: string): Promise<void> {
  const there = await readFile(file, "utf8").catch(() => undefined);
  if (there !== undefined && /^cert_project_id:/m.test(there)) return;
  const id = needed(context, "CERT_PROJECT_ID", "65f0c2a1b3d4e5f60718293c");
  const lines = [`cert_project_id: ${id}`, `merge: ${context.env.MERGE === "true"}`, ""];
  await writeFile(file, `${there ?? ""}${lines.join("\n")}`);
}

/** The pipelines read package and version from a title of this form. */
const title = (bundle: Bundle): string => `operator ${bundle.package} (${bundle.version})`;

async function pullRequest(
  context: TaskContext,
  { bundle, fork, branch }: Omit<Change, "clone">,
): Promise<string | undefined> {
  const { env, log } = context;
  const [owner, repository] = [ownerOf(fork), nameOf(env.CATALOG ?? CATALOG)];
  const head = owner === undefined ? branch : `${owner}:${branch}`;
  const quietly = context.$({ nothrow: true });
  if ((await quietly`gh --version`).exitCode !== 0) {
    log(`gh is not here: open the pull request at https://github.com/${repository}/compare/main...${head}`);
    return undefined;
  }
  const open = ["--repo", repository, "--head", branch, "--state", "open", "--json", "url", "--jq", ".[0].url"];
  const found = (await context.$`gh pr list ${open}`).stdout.trim();
  if (found !== "") {
    log(`pull request ${found} is open already`);
    return found;
  }
  const about = ["--title", title(bundle), "--body", `Bundle ${bundle.pinned}`];
  const place = ["--repo", repository, "--base", env.BASE ?? "main", "--head", head];
  const url = (await context.$`gh pr create ${place} ${about}`).stdout.trim();
  log(`opened ${url}`);
  return url;
}

/** `acme/certified-operators` of an address at GitHub. */
const nameOf = (url: string): string => /([^/:]+\/[^/:]+?)(?:\.git)?\/?$/.exec(url)?.[1] ?? url;
const ownerOf = (url: string): string | undefined => nameOf(url).split("/")[0];
