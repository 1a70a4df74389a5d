import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import { parse } from "yaml";
import { type ChartRequest, manifestOf, type Rendered, renderChart } from "../../../src/charts/render/index.ts";
import { chartOf, failureFrom, heavy, powers } from "./charts.ts";

const run = promisify(execFile);
const summaryOf = ({ documents }: Rendered) => documents.map(({ role, kind, name }) => `${role} ${kind} ${name}`);
const imagesOf = (rendered: Rendered) =>
  [...manifestOf(rendered.documents).matchAll(/image: "?([^\s"}]+)/g)].map((match) => match[1]);

async function facts(request: Partial<ChartRequest> = {}): Promise<Record<string, string>> {
  const { documents } = await renderChart({ chart: powers, ...request });
  return parse(documents.find(({ name }) => name === "facts")?.text ?? "").data;
}

test("documents come as helm prints them: by kind, hooks at the end, notes left out", async () => {
  assert.deepEqual(summaryOf(await renderChart({ chart: powers, releaseName: "demo" })), [
    "resource ConfigMap facts",
    "resource Service demo",
    "resource Pod demo-archive",
    "resource Pod demo-store",
    "resource Deployment demo",
    "hook Pod check",
    "hook Job migrate",
    "hook Job prepare",
  ]);
});

test("definitions come first, one by one, where they are asked for", async () => {
  const { documents } = await renderChart({ chart: powers, crds: "included" });
  assert.deepEqual(
    documents.slice(0, 3).map(({ role, name, source }) => [role, name, source]),
    [
      ["crd", "widgets.example.com", "powers/crds/widgets.yaml"],
      ["crd", "gadgets.example.com", "powers/crds/widgets.yaml"],
      ["resource", "facts", "powers/templates/facts.yaml"],
    ],
  );
});

test("templates see the release, the chart, its files, what tpl makes, and no cluster", async () => {
  const seen = await facts({ releaseName: "demo", namespace: "shop" });
  assert.equal(seen.chart, "powers 1.2.3 4.5");
  assert.equal(seen.release, "demo shop 1 true false Helm");
  assert.equal(seen.tpl, "demo in shop");
  assert.equal(seen.lookup, "{}");
  assert.equal(seen.file, "a note {{ not a template }}");
  assert.equal(seen.template, "powers/templates/facts.yaml");
});

test("what .helmignore names is no file of the chart", async () => {
  assert.equal((await facts()).ignored, "");
});

test("the Kubernetes and API versions are those of helm's release, and those that are given", async () => {
  const own = await facts();
  assert.deepEqual([own.kube, own.monitoring, own.ingress], ["v1.37.0", "false", "true"]);
  const given = await facts({ kubeVersion: "1.22", apiVersions: ["monitoring.coreos.com/v1"] });
  assert.deepEqual([given.kube, given.monitoring, given.ingress], ["v1.22", "true", "true"]);
});

test("the later values lie over the earlier, null removes, and what is set lies over all", async () => {
  const lower = join(await chartOf({ "lower.yaml": "list: [a, b]\nimage: { tag: '2.0' }\n" }), "lower.yaml");
  const request = {
    chart: powers,
    values: [{ file: lower }, { name: "upper", text: "removed: null\nset: { kept: yes }" }],
    set: ["set.number=5,set.items[0]=a"],
    setString: ["set.text=5"],
  };
  const seen = await facts(request);
  assert.equal(seen.list, '["a","b"]');
  assert.equal(seen.removed, "null");
  assert.equal(seen.set, '{"items":["a"],"kept":true,"number":5,"text":"5"}');
  assert.ok(imagesOf(await renderChart(request)).includes("quay.io/demo/main:2.0"));
});

test("subcharts take part by condition, tag and alias, see globals, and give values to their parent", async () => {
  const without = await renderChart({ chart: powers });
  assert.deepEqual(imagesOf(without).sort(), [
    "docker.io/demo/store:0-cold",
    "docker.io/demo/store:0-warm",
    "quay.io/demo/main:1.0",
  ]);
  const set = ["cache.enabled=true", "tags.extras=true", "global.registry=r.example.com"];
  assert.deepEqual(imagesOf(await renderChart({ chart: powers, set })).sort(), [
    "quay.io/demo/main:1.0",
    "r.example.com/demo/cache:0-here",
    "r.example.com/demo/extra:0-here",
    "r.example.com/demo/store:0-cold",
    "r.example.com/demo/store:0-warm",
  ]);
  assert.equal((await facts()).imported, "a value of the store");
});

test("a chart renders the same from its archive, with subcharts that are archives too", async () => {
  const folder = await chartOf({});
  await run("cp", ["-r", powers, join(folder, "powers")]);
  const charts = join(folder, "powers/charts");
  await run("tar", ["-czf", "store-0.1.0.tgz", "store"], { cwd: charts });
  await run("rm", ["-r", join(charts, "store")]);
  await run("tar", ["-czf", "powers.tgz", "powers"], { cwd: folder });
  const archived = await renderChart({ chart: join(folder, "powers.tgz") });
  // An archive was packed without what .helmignore names; tar knows nothing of that.
  const comparable = ({ documents }: Rendered) => manifestOf(documents).replace(/^ {2}ignored:.*$/m, "");
  assert.equal(comparable(archived), comparable(await renderChart({ chart: powers })));
});

test("files are laid over the chart in memory, and links are followed", async () => {
  const chart = await chartOf({ "values.yaml": "{}" });
  await writeFile(join(chart, "elsewhere"), "linked");
  await symlink(chart, join(chart, "around"));
  await symlink(join(chart, "elsewhere"), join(chart, "link"));
  const template = 'says: {{ .Files.Get "link" }} {{ .Chart.Name }}';
  const overlay = new Map([["templates/a.yaml", Buffer.from(template)]]);
  assert.equal((await renderChart({ chart, overlay })).documents[0]?.text, "says: linked own");
});

test("helm's warnings are told", async () => {
  const chart = await chartOf({ "Chart.yaml": "apiVersion: v2\nname: old\nversion: 1.0.0\ndeprecated: true\n" });
  assert.deepEqual((await renderChart({ chart })).warnings, ["This chart is deprecated"]);
});

test("many renderings at once do not see each other", async () => {
  const names = ["a", "b", "c"];
  const all = await Promise.all(names.map((releaseName) => renderChart({ chart: powers, releaseName })));
  for (const [at, name] of names.entries())
    assert.ok(summaryOf(all[at] as Rendered).includes(`resource Service ${name}`));
});

test("a rendering can be interrupted, also before it began", async () => {
  const interrupted = new AbortController();
  const endless = renderChart({ chart: heavy, set: ["does=spin"] }, { signal: interrupted.signal });
  setTimeout(() => interrupted.abort(), 1_000);
  assert.equal((await failureFrom(endless)).class, "cancelled");
  const late = renderChart({ chart: powers }, { signal: AbortSignal.abort() });
  assert.equal((await failureFrom(late)).code, "charts/cancelled");
});

test("a rendering that takes too long is ended", async () => {
  const failure = await failureFrom(renderChart({ chart: heavy, set: ["does=spin"] }, { timeoutMs: 1_000 }));
  assert.equal(failure.code, "charts/timeout");
  assert.match(failure.message, /heavy was not rendered within 1 s$/);
});

test("a rendering that takes too much memory is ended", async () => {
  const failure = await failureFrom(renderChart({ chart: heavy, set: ["does=fill"] }));
  assert.equal(failure.code, "charts/too-large");
  assert.match(failure.message, /more than 1 GiB of memory$/);
});

test("templates that include each other without end are refused in helm's words", async () => {
  const failure = await failureFrom(renderChart({ chart: heavy, set: ["does=recurse"] }));
  assert.equal(failure.code, "charts/not-rendered");
  assert.match(failure.message, /nested reference name: heavy\.endless/);
});

test("a program that renders prints no warning of node's own, and ends by itself", async () => {
  const program = `import { renderChart } from "./src/charts/render/index.ts";
    renderChart({ chart: ${JSON.stringify(powers)} }).then(({ documents }) => console.log(documents.length));`;
  const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
  assert.deepEqual([stdout.trim(), stderr], ["8", ""]);
});

test.run();
