import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { openSource } from "../../src/sources/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { requires } from "../rig/skip.ts";
import { gitEnv } from "./rig.ts";

/** A clone of github.com/mlrun/ce with its tags. */
const clone = process.env.MIRROR_TEST_MLRUN_CE;
const withClone = requires(test, clone === undefined ? "MIRROR_TEST_MLRUN_CE names no clone of mlrun/ce" : undefined);

withClone("of the tags of MLRun CE the newest that is no release candidate is opened", () =>
  inFolder(async (folder) => {
    const pin = { kind: "version", tags: "mlrun-ce-*", range: "<=0.6.3", prereleases: "exclude" } as const;
    const options = { network: "online", env: gitEnv, signal: new AbortController().signal } as const;
    const source = await openSource({ url: clone ?? "", pin }, { cache: join(folder, "cache"), ...options });
    assert.equal(source.ref, "mlrun-ce-0.6.3");
    assert.ok(existsSync(join(source.folder, "charts", "mlrun-ce", "requirements.yaml")));
  }),
);

test.run();
