import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Failed } from "../failure/index.ts";
import { replaceFile, unlessMissing } from "../oci/layout/disk.ts";
import type { Git } from "./git.ts";

/** A tag or branch of a repository. */
export interface Ref {
  /** The whole of it: `refs/tags/v1.2.0`. */
  readonly name: string;
  /** The commit it leads to; what a tag object stands for, not the object. */
  readonly commit: string;
}

/** Asks a repository for its tags and branches, or for the one ref of that name. */
export async function askRefs(git: Git, url: string, name?: string): Promise<Ref[]> {
  const which = name === undefined ? ["--tags", "--heads", "--", url] : ["--", url, name, `${name}^{}`];
  return readRefs(await git.remote(["ls-remote", "--quiet", ...which]));
}

/** The short name of a tag or branch: `v1.2.0`, `main`. */
export const shortName = (ref: string): string => ref.replace(/^refs\/(?:tags|heads)\//, "");

/** Refs as they were when a repository was last asked, so that it need not be there the next time. */
export interface RefMemory {
  readonly read: () => Promise<Ref[] | undefined>;
  readonly write: (refs: readonly Ref[]) => Promise<void>;
}

export function refMemory(file: string, temporaryFolder: string): RefMemory {
  return {
    read: async () => {
      const text = await unlessMissing(readFile(file, "utf8"));
      return text === undefined ? undefined : readRefs(text);
    },
    write: async (refs) => {
      await mkdir(dirname(file), { recursive: true });
      await replaceFile(file, refs.map(({ name, commit }) => `${commit}\t${name}\n`).join(""), temporaryFolder);
    },
  };
}

/** `COMMIT\tNAME` line by line, as git-ls-remote(1) writes it; `NAME^{}` is the commit of the tag before it. */
function readRefs(text: string): Ref[] {
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [commit, name] = line.split("\t");
    if (commit === undefined || name === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) continue;
    refs.set(name.replace(/\^\{\}$/, ""), commit);
  }
  return [...refs].map(([name, commit]) => ({ name, commit }));
}

/** Checks a name that a person wrote (git-check-ref-format(1)), before git could take it for something else. */
export function checkRefName(name: string): string {
  const bad = /^[-/]|\.\.|[\s~^:?*[\\\p{Cc}]|@\{|\/\/|\/$|\.$|\.lock$|^$/u.test(name);
  if (!bad) return name;
  throw new Failed({
    code: "git/bad-ref",
    class: "usage",
    message: `"${name}" cannot be the name of a tag or branch`,
    hint: "Write the tag or branch as git names it, without wildcards",
  });
}
