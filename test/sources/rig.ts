import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An environment in which git behaves the same for everybody. */
export const gitEnv: Readonly<Record<string, string | undefined>> = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "a person",
  GIT_AUTHOR_EMAIL: "person@example.com",
  GIT_COMMITTER_NAME: "a person",
  GIT_COMMITTER_EMAIL: "person@example.com",
};

/** A repository with a history, to be cloned from. */
export interface Repository {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  /** Writes files and commits them; gives the commit. */
  readonly commit: (files: Readonly<Record<string, string>>) => string;
}

export function makeRepository(folder: string): Repository {
  mkdirSync(folder, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, {
      cwd: folder,
      env: gitEnv,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  return {
    folder,
    git,
    commit(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", Object.keys(files).join(" "));
      return git("rev-parse", "HEAD");
    },
  };
}

/** A repository whose tags are the versions of a chart, one of them as a tag object. */
export function makeCharts(folder: string): Repository & { readonly commits: ReadonlyMap<string, string> } {
  const repository = makeRepository(folder);
  const commits = new Map<string, string>();
  for (const version of ["0.6.2", "0.6.3-rc9", "0.6.3-rc10", "0.6.3", "0.6.4-rc1"]) {
    const tag = `mlrun-ce-${version}`;
    commits.set(tag, repository.commit({ "chart/Chart.yaml": `name: mlrun-ce\nversion: ${version}\n` }));
    repository.git("tag", ...(version === "0.6.3" ? ["--annotate", "--message", "released"] : []), tag);
  }
  repository.git("branch", "release/0.6", "mlrun-ce-0.6.3");
  return { ...repository, commits };
}
