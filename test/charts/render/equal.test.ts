import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { type ChartRequest, type Rendered, renderChart } from "../../../src/charts/render/index.ts";
import { findCommand, requires } from "../../rig/skip.ts";
import { powers } from "./charts.ts";

/** A folder whose folders are charts, with what they depend on in them. */
const real = process.env.MIRROR_TEST_CHARTS;
const { helm, kubernetes } = JSON.parse(readFileSync("helm/engine.json", "utf8"));
const helmMissing = missingHelm();
const compared = requires(test, helmMissing);

compared("the built-in engine gives what helm gives, document by document", async () => {
  await assertEqual({ chart: powers, releaseName: "demo", namespace: "shop", crds: "included" });
  const set = ["cache.enabled=true", "tags.extras=true", "set={a,b}", "removed=null"];
  await assertEqual({ chart: powers, set, setString: ["set[0]=1"], apiVersions: ["monitoring.coreos.com/v1"] });
});

requires(
  test,
  helmMissing,
  real === undefined ? "MIRROR_TEST_CHARTS names no folder of charts" : undefined,
)("it gives what helm gives on real charts too, or fails where helm fails", async () => {
  const charts = readdirSync(real ?? "");
  assert.ok(charts.length > 0, "there are charts");
  let rendered = 0;
  for (const name of charts) if (await assertEqual({ chart: join(real ?? "", name), crds: "included" })) rendered++;
  console.log(`${rendered} of ${charts.length} charts rendered, all as helm renders them`);
  assert.ok(rendered > 0, "one of them could be rendered");
});

/** Tells whether there was something to compare: false where both engines refuse the chart. */
async function assertEqual(request: ChartRequest): Promise<boolean> {
  const asked = { kubeVersion: kubernetes, ...request };
  const [own, theirs] = [await outcomeOf(asked, "built-in"), await outcomeOf(asked, "helm")];
  if (typeof own === "string" || typeof theirs === "string") {
    assert.equal(typeof own, typeof theirs, `${request.chart}: ${own} ${theirs}`);
    return false;
  }
  const differing = differences(own, theirs);
  // Passwords and certificates are made anew by each rendering; helm's own second one shows where.
  if (differing.length > 0) {
    const again = await outcomeOf(asked, "helm");
    assert.ok(typeof again !== "string");
    const random = new Set(differences(theirs, again));
    const wrong = differing.filter((line) => !random.has(line));
    assert.deepEqual(wrong, [], `${request.chart} differs`);
  }
  return true;
}

/** Which documents differ, each by its place and name. */
function differences(some: Rendered, others: Rendered): readonly string[] {
  const count = Math.max(some.documents.length, others.documents.length);
  return Array.from({ length: count }, (_, at) => at).flatMap((at) => {
    const [one, other] = [some.documents[at], others.documents[at]];
    if (JSON.stringify(keyOf(one)) === JSON.stringify(keyOf(other))) return [];
    return [`${at} ${one?.source} ${one?.kind} ${one?.name}`];
  });
}

function keyOf(document: Rendered["documents"][number] | undefined) {
  const { source, role, apiVersion, kind, name, text } = document ?? {};
  return [source, role, apiVersion, kind, name, text?.trim()];
}

async function outcomeOf(request: ChartRequest, engine: "built-in" | "helm"): Promise<Rendered | string> {
  return renderChart(request, { engine, env: process.env }).catch((error: Error) => error.message);
}

function missingHelm(): string | undefined {
  if (findCommand("helm") === undefined) return "helm is not on PATH";
  const version = execFileSync("helm", ["version", "--template", "{{.Version}}"], { encoding: "utf8" });
  return version === helm ? undefined : `the helm on PATH is ${version} and not ${helm}`;
}

test.run();
