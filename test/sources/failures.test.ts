import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test as always } from "uvu";
import { type Failure, failureOf } from "../../src/failure/index.ts";
import { openSource, type SourcePin } from "../../src/sources/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { gitEnv, makeCharts } from "./rig.ts";

const test = requires(always, missingCommand("git"));

const main: SourcePin = { kind: "branch", name: "main" };

async function failing(
  url: string,
  pin: SourcePin = main,
  { env = gitEnv, signal = new AbortController().signal } = {},
): Promise<Failure> {
  let failure: Failure | undefined;
  await inFolder(async (folder) => {
    const options = { cache: join(folder, "cache"), network: "online", env, signal } as const;
    failure = await openSource({ url, pin }, options).then(() => assert.fail("it did not fail"), failureOf);
  });
  assert.ok(failure !== undefined);
  return failure;
}

async function served(listener: RequestListener, body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}/team/charts.git`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("without git, git is asked for", async () => {
  const failure = await failing("https://example.com/charts.git", main, { env: { ...gitEnv, PATH: "/nonexistent" } });
  assert.equal(failure.code, "git/missing");
  assert.match(failure.hint ?? "", /Install git/);
});

test("an unknown tag or branch is answered with the nearest", () =>
  inFolder(async (folder) => {
    const { folder: url } = makeCharts(join(folder, "upstream"));
    const tag = await failing(url, { kind: "ref", ref: "mlrun-ce-0.63" });
    assert.equal(tag.code, "git/unknown-ref");
    assert.equal(tag.message, `${url} has no tag or branch "mlrun-ce-0.63"`);
    assert.equal(tag.hint, 'Did you mean "mlrun-ce-0.6.3"?');
    const branch = await failing(url, { kind: "branch", name: "mian" });
    assert.equal(branch.hint, 'Did you mean "main"?');
  }));

test("where no tag fits, the nearest are shown with what is against them", () =>
  inFolder(async (folder) => {
    const { folder: url } = makeCharts(join(folder, "upstream"));
    const failure = await failing(url, { kind: "version", tags: "mlrun-ce-*", range: "^1", prereleases: "exclude" });
    assert.equal(failure.code, "git/no-version");
    assert.equal(failure.message, `None of the 5 tags of ${url} is a version mlrun-ce-* in the range ^1`);
    assert.equal(failure.detail?.[0], "mlrun-ce-0.6.4-rc1 is a prerelease");
    assert.equal(failure.detail?.[1], "mlrun-ce-0.6.3 is not in ^1");
  }));

test("a commit that is not there is named", () =>
  inFolder(async (folder) => {
    const { folder: url } = makeCharts(join(folder, "upstream"));
    const failure = await failing(url, { kind: "commit", sha: "1".repeat(40) });
    assert.equal(failure.code, "git/unknown-commit");
    assert.equal((await failing(url, { kind: "commit", sha: "1234567" })).code, "git/bad-commit");
  }));

test("a host where nothing listens is named", async () => {
  const failure = await failing("http://127.0.0.1:1/charts.git");
  assert.equal(failure.code, "git/unreachable");
  assert.equal(failure.class, "transient");
  assert.match(failure.message, /^http:\/\/127\.0\.0\.1:1\/charts\.git cannot be reached/);
});

test("a host with an unknown name is no matter of trying again", async () => {
  const failure = await failing("https://no-such-host.invalid/charts.git");
  assert.equal(failure.code, "git/unreachable");
  assert.equal(failure.class, "permanent");
});

test("a server that wants credentials is not answered at the terminal, and nothing hangs", () =>
  served(
    (_, response) => response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end(),
    async (url) => {
      const failure = await failing(url);
      assert.equal(failure.code, "git/unauthorized");
      assert.match(failure.hint ?? "", /credential helper/);
    },
  ));

test("credentials are those that git has", () =>
  inFolder(async (folder) => {
    const seen: (string | undefined)[] = [];
    await served(
      (request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end();
      },
      async (url) => {
        const askpass = join(folder, "askpass");
        await writeFile(askpass, '#!/bin/sh\ncase "$1" in User*) echo robot;; *) echo secret;; esac\n', {
          mode: 0o755,
        });
        const failure = await failing(url, main, { env: { ...gitEnv, GIT_ASKPASS: askpass } });
        assert.equal(failure.code, "git/unauthorized");
        assert.ok(seen.includes(`Basic ${Buffer.from("robot:secret").toString("base64")}`));
      },
    );
  }));

test("a repository that is not there is told from a host that is not", () =>
  served(
    (_, response) => response.writeHead(404).end(),
    async (url) => {
      const failure = await failing(url);
      assert.equal(failure.code, "git/no-repository");
      assert.equal(failure.message, `There is no git repository at ${url}`);
    },
  ));

test("a server that fails for a moment is asked again", async () => {
  let requests = 0;
  await served(
    (_, response) => response.writeHead(++requests < 3 ? 503 : 404).end(),
    async (url) => {
      assert.equal((await failing(url)).code, "git/no-repository");
      assert.equal(requests, 3);
    },
  );
});

test("a signal ends git at once", () =>
  served(
    () => {},
    async (url) => {
      const start = performance.now();
      const failure = await failing(url, main, { signal: AbortSignal.timeout(300) });
      assert.equal(failure.class, "cancelled");
      assert.ok(performance.now() - start < 10_000);
    },
  ));

test("git is told to ask nothing at a terminal, and what it started ends with it", () =>
  inFolder(async (folder) => {
    const git = join(folder, "git");
    const told = join(folder, "told");
    await writeFile(git, `#!/bin/sh\necho "$GIT_TERMINAL_PROMPT $LC_ALL" > ${told}\nsleep 30\n`, { mode: 0o755 });
    const start = performance.now();
    const env = { ...gitEnv, PATH: `${folder}:${process.env.PATH}`, LC_ALL: "de_DE.UTF-8" };
    const failure = await failing("https://example.com/charts.git", main, { env, signal: AbortSignal.timeout(1000) });
    assert.equal(failure.class, "cancelled");
    assert.ok(performance.now() - start < 15_000);
    assert.equal(await readFile(told, "utf8"), "0 C\n");
  }));

test("what git could take for an option, or run, never reaches it", async () => {
  for (const url of [
    "--upload-pack=touch /tmp/x",
    "-oProxyCommand=x",
    "ext::sh -c touch% /tmp/x",
    "relative/path",
    "./here",
    "",
  ]) {
    assert.equal((await failing(url)).code, "git/bad-url", url);
  }
  for (const ref of ["--upload-pack=x", "-x", "a b", "a..b", "a:b", "main~1", ""]) {
    assert.equal((await failing("/nonexistent", { kind: "ref", ref })).code, "git/bad-ref", ref);
    assert.equal((await failing("/nonexistent", { kind: "branch", name: ref })).code, "git/bad-ref", ref);
  }
});

test("a password in a URL is refused, and not repeated", async () => {
  const failure = await failing("https://robot:hunter2@example.com/charts.git");
  assert.equal(failure.code, "git/secret-in-url");
  assert.ok(!JSON.stringify(failure).includes("hunter2"));
});

always.run();
