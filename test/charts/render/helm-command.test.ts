import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { type ChartRequest, renderChart } from "../../../src/charts/render/index.ts";
import { failureFrom, powers } from "./charts.ts";

const PRINTED = `---
# Source: own/crds/a.yaml
kind: CustomResourceDefinition
metadata: { name: a }
---
kind: CustomResourceDefinition
metadata: { name: b }

---
# Source: own/templates/a.yaml
apiVersion: v1
kind: Pod
metadata: { name: c }
---
# Source: own/templates/b.yaml
kind: Job
metadata: { name: d, annotations: { helm.sh/hook: test } }
`;

/** A folder with a command `helm` in it that keeps its arguments, and then does what these lines say. */
async function fakeHelm(...lines: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "mirror-fake-helm-"));
  await writeFile(join(folder, "printed"), PRINTED);
  const script = ["#!/bin/sh", `printf '%s\\n' "$@" > ${folder}/arguments`, ...lines].join("\n");
  await writeFile(join(folder, "helm"), `${script}\n`);
  await chmod(join(folder, "helm"), 0o755);
  return { folder, env: { PATH: `${folder}:/usr/bin:/bin` } };
}

test("what the command prints has the shape of what the built-in engine gives", async () => {
  const { env } = await fakeHelm('cat "$(dirname "$0")/printed"', "echo WARNING: old >&2");
  const { documents, warnings, engine } = await renderChart({ chart: powers }, { engine: "helm", env });
  assert.deepEqual(
    documents.map(({ role, kind, name, source }) => [role, kind, name, source]),
    [
      ["crd", "CustomResourceDefinition", "a", "own/crds/a.yaml"],
      ["crd", "CustomResourceDefinition", "b", "own/crds/a.yaml"],
      ["resource", "Pod", "c", "own/templates/a.yaml"],
      ["hook", "Job", "d", "own/templates/b.yaml"],
    ],
  );
  assert.equal(documents[2]?.text, "apiVersion: v1\nkind: Pod\nmetadata: { name: c }");
  assert.deepEqual([warnings, engine], [["WARNING: old"], "helm"]);
});

test("everything asked for goes to the command", async () => {
  const { folder, env } = await fakeHelm();
  const request: ChartRequest = {
    chart: powers,
    releaseName: "demo",
    namespace: "shop",
    values: [{ file: "/a.yaml" }, { name: "own", text: "b: 1" }],
    set: ["c=1"],
    setString: ["d=1"],
    kubeVersion: "1.22",
    apiVersions: ["e/v1"],
    crds: "included",
  };
  await renderChart(request, { engine: "helm", env });
  const args = (await readFile(join(folder, "arguments"), "utf8")).trim().split("\n");
  const own = args[8] ?? "";
  assert.deepEqual(args, [
    ...["template", "demo", powers, "--namespace", "shop", "--values", "/a.yaml", "--values", own],
    ...["--set", "c=1", "--set-string", "d=1", "--kube-version", "1.22", "--api-versions", "e/v1", "--include-crds"],
  ]);
  assert.ok(own !== "" && !existsSync(own), "what was written for it is gone");
});

test("its error is told with the template and the line it names", async () => {
  const words = "Error: execution error at (own/templates/a.yaml:3:5): a user is needed";
  const { env } = await fakeHelm(`echo "${words}" >&2`, 'echo "Use --debug flag" >&2', "exit 1");
  const failure = await failureFrom(renderChart({ chart: powers }, { engine: "helm", env }));
  assert.equal(failure.code, "charts/not-rendered");
  assert.match(failure.message, /in own\/templates\/a\.yaml, line 3: .*a user is needed$/);
});

test("without the command the failure says so", async () => {
  const failure = await failureFrom(renderChart({ chart: powers }, { engine: "helm", env: { PATH: "/nowhere" } }));
  assert.deepEqual([failure.code, failure.class], ["charts/no-helm", "usage"]);
});

test("it is ended when it takes too long or the run is interrupted", async () => {
  const { env } = await fakeHelm("exec sleep 60");
  const slow = renderChart({ chart: powers }, { engine: "helm", env, timeoutMs: 300 });
  assert.equal((await failureFrom(slow)).code, "charts/timeout");
  const signal = AbortSignal.timeout(300);
  assert.equal((await failureFrom(renderChart({ chart: powers }, { engine: "helm", env, signal }))).class, "cancelled");
});

test.run();
