import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import {
  assembleImage,
  createRegistry,
  createTransfer,
  type ServedRegistry,
  serveLayout,
} from "../../src/oci/index.ts";
import { runMirror } from "../rig/cli.ts";
import { eventsOf, outcomesOf } from "../rig/events.ts";
import { commitAs } from "../rig/git-release.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** A chart in a git repository with real tags, from `git` to a registry, with nothing but mirror and git. */
const all = suite("charts");
const missingGit = missingCommand("git");
const charts = requires(all, missingGit);
const idle = new AbortController().signal;
let folder = "";
let upstream: ServedRegistry;

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
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          args: [--executor-image, quay.io/team/exec:1.0]
          env: [{ name: HELPER, value: quay.io/team/absent:9 }]
`;
const CONFIG = (host: string) => `version: 1
upstreams:
  docker.io: { host: "${host}" }
  quay.io: { host: "${host}" }
sources:
  shop: { git: "\${env:SHOP}", version: { tags: "shop-*" } }
charts:
  shop:
    source: shop
    path: chart
    set: { image.tag: "1.28" }
    add: ["docker.io/library/postgres:16.2"]
    ignore: [{ image: "*/busybox", why: never scheduled }]
registries:
  harbor: { type: embedded, folder: harbor, host: harbor.example.com }
targets:
  harbor: { registry: harbor, images: ["chart:shop"], as: "mirror/\${name}:\${tag}" }
tasks:
  all: { needs: ["copy:harbor/*"] }
`;

all.before(async () => {
  if (missingGit !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), "mirror-charts-"));
  upstream = await serveLayout({ folder: join(folder, "upstream"), listen: { host: "127.0.0.1", port: 0 } });
  for (const [repository, tag] of [
    ["library/nginx", "1.28"],
    ["team/exec", "1.0"],
    ["library/postgres", "16.2"],
  ] as const) {
    await publish(repository, tag);
  }
  await write("git/chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.3.0\n");
  await write("git/chart/values.yaml", 'image: { repository: nginx, tag: "1.27" }\n');
  await write("git/chart/templates/deployment.yaml", DEPLOYMENT);
  commit("shop-0.3.0");
  await write("git/chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.4.0\n");
  commit("shop-0.4.0-rc1");
  await write("mirror.config.yaml", CONFIG(upstream.host));
});

all.after(async () => {
  if (missingGit !== undefined) return;
  await upstream.close();
  await rm(folder, { recursive: true });
});

charts("before it is rendered a chart stands for its images, and nothing is asked", async () => {
  const { code, stdout } = await mirror("graph", "all");
  assert.equal(code, 0);
  assert.equal(stdout, "all\n└─ chart:shop\n");
});

charts("the newest tag that is no prerelease is rendered, and every image goes to the target", async () => {
  const { code, stdout, stderr } = await mirror("run", "--target", "harbor", "--json");
  assert.equal(code, 0, stdout + stderr);
  const [chart] = outcomesOf(stdout, "chart:shop");
  assert.ok(chart?.kind === "done");
  assert.match(chart.summary, /^version 0\.3\.0 \(shop-0\.3\.0, [0-9a-f]{12}\): 3 images, 1 ignored$/);
  const copied = eventsOf(stdout).flatMap((event) =>
    event.type === "node-settled" && event.id.startsWith("copy:") ? [event.id] : [],
  );
  assert.deepEqual(copied.sort(), ["copy:harbor/exec", "copy:harbor/nginx", "copy:harbor/postgres"]);
});

charts("a second run renders again, and moves nothing", async () => {
  const { code, stdout } = await mirror("run", "all");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /nothing left to do: 3 up to date/);
});

charts("an image of a chart may be named on the command line", async () => {
  const { code, stdout } = await mirror("plan", "copy:harbor/nginx", "--json");
  assert.equal(code, 0, stdout);
  assert.equal(outcomesOf(stdout, "copy:").length, 1);
});

charts("what a chart names other than its lock is in the line of the chart", async () => {
  const images = ["docker.io/library/nginx:1.28", "docker.io/library/postgres:16.2", "quay.io/team/old:1"];
  const lines = images.map((reference) => `      "${reference}": ["shop/templates/deployment.yaml"]`);
  const lock = `version: 1\ncharts:\n  shop:\n    source: shop\n    version: 0.2.0\n    images:\n${lines.join("\n")}\n`;
  await write("mirror.lock.yaml", lock);
  const { code, stdout } = await mirror("plan", "--json");
  await rm(join(folder, "mirror.lock.yaml"));
  assert.equal(code, 0, stdout);
  const [chart] = outcomesOf(stdout, "chart:shop");
  assert.ok(chart?.kind === "done");
  assert.match(chart.summary, /: 3 images, 1 ignored, 1 new, 1 gone since 0\.2\.0$/);
});

charts("a name that no chart has is told when they have been rendered", async () => {
  const { code, stdout, stderr } = await mirror("run", "copy:harbor/ngink");
  assert.equal(code, 2, stdout + stderr);
  assert.match(stderr, /nothing to run by the name "copy:harbor\/ngink"[\s\S]*Did you mean "copy:harbor\/nginx"/);
});

charts("a chart that cannot be rendered says where, and blocks what waits for it", async () => {
  assert.equal((await mirror("run", "all")).code, 0);
  await write("git/chart/templates/deployment.yaml", '{{ required "a domain is needed" .Values.domain }}\n');
  commit("shop-0.3.1");
  assert.equal((await mirror("run", "all")).code, 0, "the lock keeps the tag that was chosen");
  await rm(join(folder, "mirror.lock.yaml"));
  const { code, stdout } = await mirror("run", "all");
  assert.equal(code, 1, stdout);
  assert.match(stdout, /a domain is needed/);
  assert.match(stdout, /all +by chart:shop/);
});

const mirror = (...args: string[]) => runMirror(args, { cwd: folder, env: { SHOP: join(folder, "git") } });

const commit = (tag: string): void => commitAs(join(folder, "git"), tag);

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function publish(repository: string, tag: string): Promise<void> {
  const client = createRegistry({ host: upstream.host });
  const files = [{ path: "name", source: Buffer.from(repository) }];
  const image = await assembleImage({ name: repository, files, platforms: ["linux/amd64"] }, idle);
  await createTransfer().copy({
    from: { source: image, repository, digest: image.digest },
    to: { registry: client, repository, tag },
    platforms: "all",
    tags: "mutable",
    stopping: idle,
    killed: idle,
  });
  client.close();
}

all.run();
