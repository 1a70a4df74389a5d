import assert from "node:assert/strict";
import { suite } from "uvu";
import { type CheckName, checkImage, listOracle } from "../../src/certification/index.ts";
import type { Digest } from "../../src/oci/index.ts";
import { type Case, type Cases, certificationCases } from "../rig/certification-cases.ts";
import { containerImage } from "../rig/container-image.ts";
import { imageSource } from "../rig/image-source.ts";
import { openRpmRig, rpmCommands } from "../rig/rpm.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const test = suite("checks of an image");
const withRpm = requires(test, ...rpmCommands.map(missingCommand));

withRpm("images made to pass or to fail do, as Red Hat's own program says of them", async () => {
  const rig = await openRpmRig();
  try {
    const made = await certificationCases(rig);
    for (const one of made.cases) assert.deepEqual(await notPassed(one, made), one.not, one.name);
  } finally {
    await rig.stop();
  }
});

async function notPassed(one: Case, { ubiLayers }: Cases): Promise<Partial<Record<CheckName, string>>> {
  const image = await containerImage(one.image);
  const report = await checkImage(imageSource(image, [one.tag]), one.repository, image.top.digest as Digest, {
    policy: one.policy,
    name: { host: "127.0.0.1:5000", repository: one.repository, tag: one.namedBy === "tag" ? one.tag : undefined },
    ubi: listOracle(ubiLayers.join("\n")),
    signal: new AbortController().signal,
    now: () => 0,
    version: "0",
  });
  const results = report.platforms.flatMap(({ results }) => results).filter(({ kind }) => kind !== "passed");
  return Object.fromEntries(results.map(({ check, kind }) => [check, kind]));
}

test.run();
