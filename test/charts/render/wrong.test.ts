import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "uvu";
import { renderChart } from "../../../src/charts/render/index.ts";
import { chartOf, failureFrom, wrong } from "./charts.ts";

const own = (files: Record<string, string>) => chartOf(files).then((chart) => failureFrom(renderChart({ chart })));

test("a missing required value ends it, with the template, the line and the chart's words", async () => {
  const failure = await own({ "templates/a.yaml": 'a: 1\nb: {{ required "a user is needed" .Values.user }}\n' });
  assert.equal(failure.code, "charts/not-rendered");
  assert.match(failure.message, /cannot be rendered in own\/templates\/a\.yaml, line 2: a user is needed$/);
  assert.equal(failure.hint, "Set the values that the chart asks for");
});

test("an error in a helper names the template that includes it, and the helper", async () => {
  const failure = await own({
    "templates/_h.tpl": '{{ define "h" }}\n{{ .Values.a.b.c }}{{ end }}',
    "templates/a.yaml": 'a: {{ include "h" . }}',
  });
  assert.match(failure.message, /in own\/templates\/a\.yaml, line 1: \.Values\.a\.b\.c: nil pointer/);
  assert.deepEqual(failure.detail, ["at own/templates/_h.tpl:2"]);
});

test("a template that cannot be parsed is told with its line", async () => {
  const failure = await own({ "templates/a.yaml": "a: 1\nb: {{ if }}\n" });
  assert.match(failure.message, /in own\/templates\/a\.yaml, line 2: missing value for if$/);
});

test("rendered text that is no YAML is told with its template", async () => {
  const failure = await own({ "templates/a.yaml": "a: [\n" });
  assert.match(failure.message, /in own\/templates\/a\.yaml: what it renders is not YAML: /);
});

test("values against the schema, broken values and a missing dependency are told", async () => {
  const schema = '{ "properties": { "size": { "type": "integer" } } }';
  const against = await own({ "values.yaml": "size: large", "values.schema.json": schema });
  assert.match([against.message, ...(against.detail ?? [])].join("\n"), /at '\/size': got string, want integer/);
  const dependencies = "dependencies: [{ name: absent, version: 1.0.0 }]";
  const missing = await own({ "Chart.yaml": `apiVersion: v2\nname: own\nversion: 1.0.0\n${dependencies}` });
  assert.match(missing.message, /missing in charts\/ directory: absent$/);
  const chart = await chartOf({});
  const values = [{ name: "config's values", text: "a: [" }];
  const broken = await failureFrom(renderChart({ chart, values }));
  assert.equal(broken.class, "usage");
  assert.match(broken.message, /failed to parse config's values/);
});

test("a version of Kubernetes that the chart is not made for is told", async () => {
  const failure = await own({ "Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\nkubeVersion: < 1.20.0" });
  assert.match(failure.message, /requires kubeVersion: < 1\.20\.0 which is incompatible with Kubernetes v1\.37\.0$/);
});

test("what is no chart, or is not there, is told", async () => {
  const chart = await chartOf({ "not-a-chart.tgz": "text" });
  assert.equal((await failureFrom(renderChart({ chart: join(chart, "nowhere") }))).code, "charts/not-found");
  assert.equal((await failureFrom(renderChart({ chart: join(chart, "not-a-chart.tgz") }))).code, "charts/not-a-chart");
  const values = [{ file: join(chart, "nowhere.yaml") }];
  assert.match((await failureFrom(renderChart({ chart, values }))).message, /There is no .*nowhere\.yaml$/);
});

test("where it is to go on, what can be rendered is, and everything wrong is told with its place", async () => {
  const rendered = await renderChart({ chart: wrong, whenWrong: "goes-on" });
  assert.deepEqual(
    rendered.documents.map(({ name }) => name),
    ["missing", "good", "refusing", "user"],
  );
  assert.deepEqual(rendered.missing, [
    { message: "a user is needed", template: "wrong/templates/missing.yaml", line: 5 },
    {
      message: "the domain must be set",
      template: "wrong/templates/missing.yaml",
      at: "wrong/templates/_helpers.tpl:3",
    },
  ]);
  const told = rendered.problems.map(({ kind, template, line }) => [kind, template, line].filter(Boolean).join(" "));
  assert.deepEqual(told.sort(), [
    "dependencies",
    "fail wrong/templates/refusing.yaml 2",
    "kube-version",
    "parse wrong/templates/broken.yaml 2",
    "schema",
    "template wrong/templates/nil.yaml 4",
    "yaml wrong/templates/text.yaml",
  ]);
});

test("where it is to go on and nothing is wrong, nothing changes", async () => {
  const chart = await chartOf({
    "templates/a.yaml":
      "a: {{ .Capabilities.KubeVersion.Minor }}\nb: {{ toYaml .Capabilities.KubeVersion | nindent 2 }}",
  });
  const [stopping, going] = await Promise.all([renderChart({ chart }), renderChart({ chart, whenWrong: "goes-on" })]);
  assert.deepEqual(going, stopping);
});

test.run();
