import assert from "node:assert/strict";
import { test } from "uvu";
import { findImages } from "../../../src/charts/find/index.ts";
import { overlayFor, type Variation } from "../../../src/charts/relocate/index.ts";
import { renderChart } from "../../../src/charts/render/index.ts";
import { chartOf } from "../render/charts.ts";

const pod = (name: string, image: string, more = "") => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: main
      image: ${image}
${more}`;

/** The overlay of a chart whose images all go below one path of a registry, under their own paths. */
async function overlayOf(
  files: Readonly<Record<string, string>>,
  {
    as = (reference: string) => `harbor.example.com/mirror/${reference.replace(/^[^/]+\//, "")}`,
    set = [] as string[],
  } = {},
) {
  const chart = await chartOf(files);
  const base = { chart, values: [], set };
  const render = ({ over, instead, files: overlay }: Variation) =>
    renderChart({
      chart,
      ...(overlay === undefined ? {} : { overlay }),
      values: instead !== undefined ? [instead] : over !== undefined ? [over] : [],
      set: instead === undefined ? set : [],
    });
  const documents = (await renderChart(base)).documents;
  const found = findImages(documents.map(({ source, text }) => ({ source, text }))).images;
  const wanted = new Map(found.map(({ reference }) => [reference, as(reference)]));
  return overlayFor({ render, wanted, isIgnored: () => false });
}

test("a repository and its registry become the path and the host of the target", async () => {
  const overlay = await overlayOf({
    "values.yaml": "image: { registry: quay.io, repository: team/web, tag: 1.2 }\n",
    "templates/pod.yaml": pod(
      "web",
      '"{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"',
    ),
  });
  assert.deepEqual(overlay.values, { image: { registry: "harbor.example.com", repository: "mirror/team/web" } });
  assert.deepEqual(overlay.covered, ["harbor.example.com/mirror/team/web:1.2"]);
  assert.deepEqual(overlay.uncovered, []);
});

test("a repository alone takes the host along, and a whole reference its version", async () => {
  const overlay = await overlayOf({
    "values.yaml": "web: { image: { repository: nginx, tag: '1.27' } }\nworker: { image: 'quay.io/team/worker:2.0' }\n",
    "templates/web.yaml": pod("web", '"{{ .Values.web.image.repository }}:{{ .Values.web.image.tag }}"'),
    "templates/worker.yaml": pod("worker", "{{ .Values.worker.image }}"),
  });
  assert.deepEqual(overlay.values, {
    web: { image: { repository: "harbor.example.com/mirror/library/nginx" } },
    worker: { image: "harbor.example.com/mirror/team/worker:2.0" },
  });
  assert.deepEqual(overlay.uncovered, []);
});

test("arguments, environment values, lists and texts with references in them are followed too", async () => {
  const overlay = await overlayOf({
    "values.yaml": `helper: quay.io/team/helper:1.0
extraArgs: ["--quiet", "--executor-image=quay.io/team/exec:3.1"]
config: |
  cacheImage: gcr.io/team/cache:9
  size: 3
`,
    "templates/pod.yaml": pod(
      "web",
      "{{ .Values.helper }}",
      `      args: {{ toYaml .Values.extraArgs | nindent 8 }}
      env: [{ name: HELPER_IMAGE, value: "{{ .Values.helper }}" }]
`,
    ),
    "templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  settings.yaml: | {{ .Values.config | nindent 4 }}
`,
  });
  assert.deepEqual(overlay.uncovered, []);
  assert.deepEqual(overlay.values, {
    helper: "harbor.example.com/mirror/team/helper:1.0",
    extraArgs: ["--quiet", "--executor-image=harbor.example.com/mirror/team/exec:3.1"],
    config: "cacheImage: harbor.example.com/mirror/team/cache:9\nsize: 3\n",
  });
});

test("a value that all charts share is set once, and what already fits stays", async () => {
  const overlay = await overlayOf({
    "Chart.yaml":
      "apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies: [{ name: db, version: 1.0.0, alias: store }]\n",
    "values.yaml": "global: { registry: quay.io }\n",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "charts/db/values.yaml": "image: { repository: team/db, tag: '5.7' }\n",
    "charts/db/templates/pod.yaml": pod(
      "db",
      '"{{ .Values.global.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"',
    ),
    "templates/pod.yaml": pod("web", '"{{ .Values.global.registry }}/team/web:1"'),
  });
  assert.deepEqual(overlay.values, { global: { registry: "harbor.example.com/mirror" } });
  assert.deepEqual(overlay.uncovered, []);
});

test("values of subcharts are set under their aliases", async () => {
  const overlay = await overlayOf({
    "Chart.yaml":
      "apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies: [{ name: db, version: 1.0.0, alias: store }]\n",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "charts/db/values.yaml": "image: { repository: quay.io/team/db, tag: '5.7' }\n",
    "charts/db/templates/pod.yaml": pod("db", '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'),
  });
  assert.deepEqual(overlay.values, { store: { image: { repository: "harbor.example.com/mirror/team/db" } } });
});

test("tags are changed where the target has other ones, and only there", async () => {
  const overlay = await overlayOf(
    {
      "values.yaml": "image: { repository: quay.io/team/web, tag: '1.2' }\n",
      "templates/pod.yaml": pod("web", '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'),
    },
    { as: () => "harbor.example.com/all:web-1.2" },
  );
  assert.deepEqual(overlay.values, { image: { repository: "harbor.example.com/all", tag: "web-1.2" } });
});

test("what a template writes itself is not covered, and is said with its place", async () => {
  const overlay = await overlayOf({
    "templates/pod.yaml": pod("web", "busybox:1.36"),
    "values.yaml": "other: 1\n",
  });
  assert.deepEqual(overlay.values, {});
  assert.deepEqual(overlay.covered, []);
  const [left] = overlay.uncovered;
  assert.equal(left?.reference, "docker.io/library/busybox:1.36");
  assert.equal(left?.places[0]?.template, "own/templates/pod.yaml");
  assert.match(left?.why ?? "", /template writes it/);
});

test("a value that two images want differently is given to none of them wrongly", async () => {
  const overlay = await overlayOf(
    {
      "values.yaml": "registry: quay.io\n",
      "templates/a.yaml": pod("a", "{{ .Values.registry }}/team/a:1"),
      "templates/b.yaml": pod("b", "{{ .Values.registry }}/team/b:1"),
    },
    { as: (reference) => (reference.includes("/a:") ? "one.example.com/team/a:1" : "two.example.com/team/b:1") },
  );
  assert.deepEqual(overlay.covered, ["one.example.com/team/a:1"]);
  assert.equal(overlay.uncovered.length, 1);
});

test("what is set over values files wins over the overlay, and is told as not covered", async () => {
  const overlay = await overlayOf(
    {
      "values.yaml": "image: quay.io/team/web:1\n",
      "templates/pod.yaml": pod("web", "{{ .Values.image }}"),
    },
    { set: ["image=quay.io/team/web:2"] },
  );
  assert.equal(overlay.uncovered[0]?.reference, "quay.io/team/web:2");
  assert.match(overlay.uncovered[0]?.why ?? "", /set elsewhere/);
});

test("a template that refuses marked values costs its own values only", async () => {
  const overlay = await overlayOf({
    "values.yaml": "a: quay.io/team/a:1\nb: quay.io/team/b:1\n",
    "templates/a.yaml": `{{ if not (hasSuffix "/a:1" .Values.a) }}{{ fail "only a" }}{{ end }}\n${pod("a", "{{ .Values.a }}")}`,
    "templates/b.yaml": pod("b", "{{ .Values.b }}"),
  });
  assert.deepEqual(overlay.values, { b: "harbor.example.com/mirror/team/b:1" });
  assert.deepEqual(
    overlay.uncovered.map(({ reference }) => reference),
    ["quay.io/team/a:1"],
  );
});

test.run();
