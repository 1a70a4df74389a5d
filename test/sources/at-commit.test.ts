import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { failuresOf } from "../../src/failure/index.ts";
import { textAtCommit } from "../../src/sources/index.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { gitEnv, makeRepository } from "./rig.ts";

const withGit = requires(test, missingCommand("git"));
const signal = new AbortController().signal;

const read = (folder: string, commit: string, file = "a.yaml") =>
  textAtCommit({ folder, commit, file, env: gitEnv, signal });

async function codeOf(asked: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await asked.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
  return failuresOf(error)[0]?.code;
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-at-commit-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

withGit("a file is read as a commit, a tag, a branch or HEAD~1 has it, whatever the work tree says", () =>
  inFolder(async (folder) => {
    const repository = makeRepository(folder);
    const first = repository.commit({ "a.yaml": "one\n" });
    repository.git("tag", "--annotate", "--message", "released", "v1");
    repository.commit({ "a.yaml": "two\n" });
    repository.git("branch", "old", "HEAD~1");
    for (const name of [first, "v1", "old", "HEAD~1"]) assert.equal((await read(folder, name))?.trim(), "one", name);
    assert.equal((await read(folder, "HEAD"))?.trim(), "two");
  }),
);

withGit("a file is looked for beside the folder that asks, not at the top of the repository", () =>
  inFolder(async (folder) => {
    makeRepository(folder).commit({ "a.yaml": "top\n", "sub/a.yaml": "below\n" });
    assert.equal((await read(join(folder, "sub"), "HEAD"))?.trim(), "below");
  }),
);

withGit("a file that the commit does not have is undefined", () =>
  inFolder(async (folder) => {
    makeRepository(folder).commit({ "other.yaml": "" });
    assert.equal(await read(folder, "HEAD"), undefined);
  }),
);

withGit("a name that is no commit is told apart from a folder that is in no repository", () =>
  inFolder(async (folder) => {
    assert.equal(await codeOf(read(folder, "HEAD")), "git/no-repository");
    makeRepository(folder);
    assert.equal(await codeOf(read(folder, "v1")), "git/unknown-commit");
    assert.equal(await codeOf(read(folder, "--all")), "git/unknown-commit");
  }),
);

withGit("HEAD has no file before the first commit", () =>
  inFolder(async (folder) => {
    makeRepository(folder);
    assert.equal(await read(folder, "HEAD"), undefined);
  }),
);

test.run();
