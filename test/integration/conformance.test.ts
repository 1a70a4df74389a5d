import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { inFolder, withRegistry } from "../oci/temporary.ts";
import { findCommand, requires } from "../rig/skip.ts";

const exec = promisify(execFile);

/** The suite of opencontainers/distribution-spec: it tests for version 1.1 of the specification. */
const SUITE = "github.com/opencontainers/distribution-spec/conformance";
const VERSION = "v0.0.0-20260831232431-97274622c111";
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "mirror-tests", "conformance", VERSION);

/** Builds the suite by Go's own means, once; or says why it cannot be had. */
async function missingSuite(): Promise<string | undefined> {
  const go = findCommand("go") ?? ["/usr/local/go/bin/go"].find(existsSync);
  if (existsSync(join(cache, "conformance"))) return undefined;
  if (go === undefined) return "Go is not installed, and the conformance suite is built with it";
  await mkdir(cache, { recursive: true });
  const env = { ...process.env, GOBIN: cache, GOFLAGS: "-buildvcs=false" };
  try {
    await exec(go, ["install", `${SUITE}@${VERSION}`], { env, timeout: 5 * 60 * 1000 });
    return undefined;
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n");
    return `the conformance suite cannot be built here: ${lines.at(-1)?.slice(0, 200)}`;
  }
}

const ALL = {
  OCI_VERSION: "1.1",
  OCI_TLS: "disabled",
  OCI_API_BLOBS_DIGEST_HEADER: "true",
  OCI_API_BLOBS_UPLOAD_CANCEL: "true",
  OCI_API_MANIFESTS_DIGEST_HEADER: "true",
  OCI_API_MANIFESTS_TAG_PARAM: "true",
};

requires(test, await missingSuite())(
  "the OCI distribution conformance suite passes: pull, push, content discovery, content management, and what is optional",
  () =>
    inFolder((results) =>
      withRegistry(async ({ host }) => {
        const env = { PATH: process.env.PATH, ...ALL, OCI_REGISTRY: host, OCI_RESULTS_DIR: results };
        const { stdout } = await exec(join(cache, "conformance"), [], { env, cwd: results });
        const count = (what: string) => Number(new RegExp(`^\\s*${what}\\.*: +(\\d+)`, "m").exec(stdout)?.[1]);
        assert.equal(count("FAIL"), 0, stdout);
        assert.equal(count("Error"), 0, stdout);
        assert.ok(count("Total") > 900, stdout);
        const apis = stdout.slice(stdout.indexOf("API conformance:"), stdout.indexOf("Data conformance:"));
        const verdicts = [...apis.matchAll(/^ {2}(.+?)\.*: +(\w+)$/gm)].map(
          ([, name, verdict]) => `${name}: ${verdict}`,
        );
        assert.ok(verdicts.length >= 25, stdout);
        assert.deepEqual(
          verdicts.filter((line) => !line.endsWith(": Pass")),
          [],
        );
      }),
    ),
);

test.run();
