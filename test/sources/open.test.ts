import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test as always } from "uvu";
import { type Failure, failureOf } from "../../src/failure/index.ts";
import { type OpenedSource, openSource, type SourceOptions, type SourcePin } from "../../src/sources/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { gitEnv, makeCharts, makeRepository, type Repository } from "./rig.ts";

const test = requires(always, missingCommand("git"));

const never = new AbortController().signal;

interface Bench {
  readonly folder: string;
  readonly repository: ReturnType<typeof makeCharts>;
  readonly open: (pin: SourcePin, options?: Partial<SourceOptions>) => Promise<OpenedSource>;
  readonly failing: (pin: SourcePin, options?: Partial<SourceOptions>) => Promise<Failure>;
}

const withCharts = (body: (bench: Bench) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const repository = makeCharts(join(folder, "upstream"));
    const open: Bench["open"] = (pin, options) =>
      openSource(
        { url: repository.folder, pin },
        { cache: join(folder, "cache"), network: "online", env: gitEnv, signal: never, ...options },
      );
    await body({ folder, repository, open, failing: (pin, options) => failing(open(pin, options)) });
  });

const newest: SourcePin = { kind: "version", tags: "mlrun-ce-*", prereleases: "exclude" };

test("a version rule opens the newest tag that is no prerelease, and says what it chose from", () =>
  withCharts(async ({ repository, open }) => {
    const source = await open(newest);
    assert.equal(source.commit, repository.commits.get("mlrun-ce-0.6.3"));
    assert.equal(source.ref, "mlrun-ce-0.6.3");
    assert.equal(source.state, "clean");
    assert.equal(await chartVersion(source), "0.6.3");
    assert.deepEqual(
      source.choice?.considered.map(({ version }) => version),
      ["0.6.3", "0.6.2"],
    );
    assert.deepEqual(source.choice?.rejected[0], { name: "mlrun-ce-0.6.4-rc1", why: "is a prerelease" });
  }));

test("prereleases, ranges and exclusions choose among tags", () =>
  withCharts(async ({ open }) => {
    const rule = { ...newest, prereleases: "include" as const };
    assert.equal((await open(rule)).ref, "mlrun-ce-0.6.4-rc1");
    assert.equal((await open({ ...rule, exclude: ["*-0.6.4-*", "*-0.6.3"] })).ref, "mlrun-ce-0.6.3-rc10");
    assert.equal((await open({ ...newest, range: "<0.6.3" })).ref, "mlrun-ce-0.6.2");
  }));

test("a ref is a tag, a branch, a whole name, HEAD, or a commit", () =>
  withCharts(async ({ repository, open }) => {
    const expected = repository.commits.get("mlrun-ce-0.6.3") ?? "";
    for (const ref of [
      "mlrun-ce-0.6.3",
      "refs/tags/mlrun-ce-0.6.3",
      "release/0.6",
      "refs/heads/release/0.6",
      expected,
    ]) {
      assert.equal((await open({ kind: "ref", ref })).commit, expected, ref);
    }
    assert.equal((await open({ kind: "ref", ref: "HEAD" })).commit, repository.commits.get("mlrun-ce-0.6.4-rc1"));
  }));

test("a branch is followed where it goes", () =>
  withCharts(async ({ repository, open }) => {
    await open({ kind: "branch", name: "main" });
    const commit = repository.commit({ "chart/Chart.yaml": "version: 7\n" });
    const source = await open({ kind: "branch", name: "main" });
    assert.equal(source.commit, commit);
    assert.equal(await chartVersion(source), "7");
  }));

test("a commit in the middle of the history is fetched alone, and asked for once", () =>
  withCharts(async ({ folder, repository, open }) => {
    const sha = repository.commits.get("mlrun-ce-0.6.3-rc9") ?? "";
    const source = await open({ kind: "commit", sha });
    assert.equal(await chartVersion(source), "0.6.3-rc9");
    await rm(repository.folder, { recursive: true });
    assert.equal((await open({ kind: "commit", sha })).folder, source.folder);
    const git = makeRepository(join(folder, "other")).git;
    const history = git("--git-dir", join(source.folder, "..", "git"), "rev-list", "--count", "HEAD");
    assert.equal(history, "1");
  }));

test("offline, what was seen and fetched before is there, and the rest is said to be missing", () =>
  withCharts(async ({ repository, open, failing }) => {
    const online = await open(newest);
    await rm(repository.folder, { recursive: true });
    const offline = await open(newest, { network: "offline" });
    assert.deepEqual(offline, online);
    const other = await failing({ kind: "ref", ref: "mlrun-ce-0.6.2" }, { network: "offline" });
    assert.equal(other.code, "git/offline");
    assert.match(other.message, /cannot be had offline/);
    const { code } = await failing(newest, { network: "offline", cache: join(repository.folder, "..", "empty") });
    assert.equal(code, "git/offline");
  }));

test("what somebody changed in a work tree is undone before it is used again", () =>
  withCharts(async ({ open }) => {
    const source = await open(newest);
    await writeFile(join(source.folder, "chart", "Chart.yaml"), "version: tampered\n");
    await writeFile(join(source.folder, "chart", "extra.tgz"), "left by helm\n");
    const again = await open(newest, { network: "offline" });
    assert.equal(again.folder, source.folder);
    assert.equal(await chartVersion(again), "0.6.3");
    assert.deepEqual(readdirSync(join(again.folder, "chart")), ["Chart.yaml"]);
    await rm(source.folder, { recursive: true });
    assert.equal(await chartVersion(await open(newest)), "0.6.3");
  }));

test("files arrive byte for byte, whatever filters and line ends git is told to apply", () =>
  inFolder(async (folder) => {
    const repository = makeRepository(join(folder, "upstream"));
    const files = {
      ".gitattributes": "*.txt text eol=crlf filter=loud ident\n",
      "a.txt": "one\n$Id$\n",
      ".gitignore": "*.log\n",
    };
    repository.commit(files);
    const config = join(folder, "config");
    await writeFile(config, '[core]\n\tautocrlf = true\n[filter "loud"]\n\tsmudge = tr a-z A-Z\n\tclean = cat\n');
    const options = { cache: join(folder, "cache"), network: "online", signal: never } as const;
    const env = { ...gitEnv, GIT_CONFIG_GLOBAL: config };
    const origin = { url: repository.folder, pin: { kind: "branch", name: "main" } } as const;
    const source = await openSource(origin, { ...options, env });
    assert.equal(await readFile(join(source.folder, "a.txt"), "utf8"), files["a.txt"]);
    await writeFile(join(source.folder, "ignored.log"), "");
    await openSource(origin, { ...options, env });
    assert.ok(!existsSync(join(source.folder, "ignored.log")), "ignored files are changes too");
  }));

test("git that serves another repository, as in a hook, is not confused", () =>
  withCharts(async ({ folder, open }) => {
    const other = makeRepository(join(folder, "other"));
    const env = {
      ...gitEnv,
      GIT_DIR: join(other.folder, ".git"),
      GIT_WORK_TREE: other.folder,
      GIT_INDEX_FILE: "/nowhere",
    };
    assert.equal(await chartVersion(await open(newest, { env })), "0.6.3");
    assert.deepEqual(readdirSync(other.folder), [".git"]);
  }));

test("what a crash left behind is cleaned when it is old, and left alone when it is young", () =>
  withCharts(async ({ folder, open }) => {
    const temporary = join(folder, "cache", "tmp");
    for (const name of ["old", "young"]) await mkdir(join(temporary, name, "commit", "git"), { recursive: true });
    await utimes(join(temporary, "old"), new Date(0), new Date(0));
    await open(newest);
    assert.deepEqual(readdirSync(temporary), ["young"]);
  }));

test("a folder is opened as it stands, with its commit where it has one", () =>
  inFolder(async (folder) => {
    const options = { cache: join(folder, "cache"), network: "offline", env: gitEnv, signal: never } as const;
    const bare = join(folder, "plain");
    await mkdir(bare);
    const plain = await openSource({ folder: bare }, options);
    assert.deepEqual(plain, { commit: undefined, ref: undefined, folder: bare, state: "modified", choice: undefined });
    const repository: Repository = makeRepository(join(folder, "tracked"));
    const commit = repository.commit({ a: "1" });
    assert.deepEqual(await openSource({ folder: repository.folder }, options), {
      ...plain,
      commit,
      folder: repository.folder,
      state: "clean",
    });
    await writeFile(join(repository.folder, "b"), "2");
    assert.equal((await openSource({ folder: repository.folder }, options)).state, "modified");
    assert.equal((await failing(openSource({ folder: join(folder, "none") }, options))).code, "sources/no-folder");
  }));

async function chartVersion(source: OpenedSource): Promise<string | undefined> {
  return /version: (.*)/.exec(await readFile(join(source.folder, "chart", "Chart.yaml"), "utf8"))?.[1];
}

async function failing(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => assert.fail("it did not fail"), failureOf);
}

always.run();
