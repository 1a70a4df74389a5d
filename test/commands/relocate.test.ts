import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import { findImages } from "../../src/charts/find/index.ts";
import { renderChart } from "../../src/charts/render/index.ts";
import { runMirror } from "../rig/cli.ts";

let folder = "";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      initContainers: [{ name: wait, image: busybox:1.36 }]
      containers:
        - name: web
          image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"
        {{- range .Values.sidecars }}
        - { name: {{ .name }}, image: {{ .image }} }
        {{- end }}
`;
const CONFIG = `version: 1
sources: { shop: { folder: . } }
charts:
  shop: { source: shop, path: chart, add: ["docker.io/library/postgres:16.2"] }
registries:
  harbor: { type: oci, host: harbor.example.com, prefix: mirror }
targets:
  harbor: { registry: harbor, images: ["chart:shop"], as: "\${path}:\${tag}" }
  flat: { registry: harbor, images: ["chart:shop"], as: "\${name}:\${tag}" }
`;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-relocate-"));
  await write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.3.0\n");
  await write(
    "chart/values.yaml",
    'image: { registry: quay.io, repository: team/web, tag: "1.28" }\nsidecars: [{ name: log, image: "quay.io/team/log:2" }]\n',
  );
  await write("chart/templates/deployment.yaml", DEPLOYMENT);
  await write("mirror.config.yaml", CONFIG);
});

test.after(() => rm(folder, { recursive: true }));

test("all forms are written into a folder, and what each cannot do is said", async () => {
  const { code, stdout } = await relocate("--target", "flat", "--output", "out");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /values +2 of 4 +values-shop\.yaml/);
  assert.match(stdout, /hosts +0 of 4 +\(nothing\)/);
  assert.match(stdout, /values +docker\.io\/library\/busybox:1\.36 +the template writes it/);
  assert.match(stdout, /values +docker\.io\/library\/postgres:16\.2 +no manifest of the chart names it/);
  assert.match(stdout, /4 files for target flat in out\n$/);
  assert.match(await readFile(join(folder, "out/registries.yaml"), "utf8"), /\^team\/web\$: mirror\/web/);
});

test("rendered with the written values, the chart names the target alone, but for what was listed", async () => {
  await relocate("--target", "flat", "--output", "out");
  const { documents } = await renderChart({
    chart: join(folder, "chart"),
    values: [{ file: join(folder, "out/values-shop.yaml") }],
  });
  const { images } = findImages(documents.map(({ source, text }) => ({ source, text })));
  assert.deepEqual(
    images.map(({ reference }) => reference),
    ["docker.io/library/busybox:1.36", "harbor.example.com/mirror/log:2", "harbor.example.com/mirror/web:1.28"],
  );
});

test("one form is printed, and nothing is written", async () => {
  const { code, stdout, stderr } = await relocate("--target", "harbor", "--format", "values");
  assert.equal(code, 0);
  assert.match(stdout, /^# Values for the chart shop 0\.3\.0[\s\S]*repository: mirror\/team\/web/);
  assert.match(stderr, /busybox:1\.36 is not redirected: the template writes it/);
});

test("containerd's files redirect the hosts of images that keep their paths", async () => {
  const { stdout } = await relocate("--target", "harbor", "--format", "hosts");
  assert.match(
    stdout,
    /# certs\.d\/docker\.io\/hosts\.toml\n[\s\S]*\[host\."https:\/\/harbor\.example\.com\/v2\/mirror"\]/,
  );
});

test("an unknown form and a missing target are told with what there is", async () => {
  const form = await relocate("--target", "harbor", "--format", "value");
  assert.equal(form.code, 2);
  assert.match(form.stderr, /Write one of values, hosts, k3s, mirror-sets, map/);
  const target = await relocate();
  assert.equal(target.code, 2);
  assert.match(target.stderr, /Name one of harbor, flat/);
});

const relocate = (...args: string[]) => runMirror(["relocate", ...args], { cwd: folder });

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

test.run();
