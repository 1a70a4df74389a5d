import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { packChart, startChartServer } from "../rig/chart-repository.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { commitAs } from "../rig/git-release.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const withGit = requires(test, missingCommand("git"));

const WEB = `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - name: web
      image: quay.io/shop/web:1.0
      env: [{ name: HELPER, value: quay.io/shop/helper:9 }]
---
apiVersion: v1
kind: Pod
metadata: { name: db, labels: { app: db } }
spec: { containers: [{ name: db, image: "mysql:{{ .Values.db.tag }}" }] }
`;
const CACHE = `apiVersion: v1
kind: Pod
metadata: { name: cache, labels: { app: cache } }
spec: { containers: [{ name: cache, image: gcr.io/team/mysql:8 }] }
`;
const CONFIG = (source: string, repository: string, more = "") => `version: 1
sources:
  shop: ${source}
chartRepositories:
  https://charts.example.com: ${repository}
charts:
  shop: { source: shop, path: chart${more} }
registries:
  harbor: { type: embedded, folder: harbor }
targets:
  harbor: { registry: harbor, images: ["chart:shop"] }
`;

withGit("a chart of the config is pinned, completed, rendered and listed; offline too, from what was fetched", () =>
  inShop(async ({ folder, write }, repository) => {
    commit(folder, "shop-0.3.0");
    commit(folder, "shop-0.4.0-rc1");
    await write(
      "mirror.config.yaml",
      CONFIG(`{ git: "${join(folder, "git")}", version: { tags: "shop-*" } }`, repository),
    );
    const table = await runMirror(["images", "shop"], { cwd: folder });
    assert.equal(table.code, 0, table.stderr);
    assert.equal(
      table.stdout.replace(/[0-9a-f]{12}/, "COMMIT"),
      `shop 0.3.0 (shop-0.3.0, COMMIT)

COMPONENT  IMAGE                      FOUND      FLAGS
cache      gcr.io/team/mysql:8        sure       number-tag collision
db         docker.io/library/mysql:8  sure       number-tag collision
web        quay.io/shop/helper:9      candidate
           quay.io/shop/web:1.0       sure

4 images, 1 candidate among them: --confirm asks registries
`,
    );
    await rename(join(folder, "git"), join(folder, "gone"));
    const offline = await runMirror(["images", "--offline", "--plain", "chart:shop"], { cwd: folder });
    assert.equal(offline.code, 0, offline.stderr);
    assert.equal(offline.stdout, "docker.io/library/mysql:8\ngcr.io/team/mysql:8\nquay.io/shop/web:1.0\n");
    assert.match(offline.stderr, /candidates left out: 1/);
    const online = await runMirror(["images"], { cwd: folder });
    assert.deepEqual([online.code, online.stdout], [1, ""]);
    assert.match(online.stderr, /error git\//);
  }),
);

test("--why says which template, path and rule, and what a flag means; --json has the chart beside its images", () =>
  inShop(async ({ folder, write }, repository) => {
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository));
    const why = await runMirror(["images", "shop", "--why"], { cwd: folder });
    assert.match(
      why.stdout,
      /docker\.io\/library\/mysql:8 {2}sure\n {2}number-tag: a tag or version 8\.0 is written without quotes[^\n]*\n {2}collision: gcr\.io\/team\/mysql:8 would be mysql:8 at the target harbor too\n {2}shop\/templates\/web\.yaml:/,
    );
    assert.match(why.stdout, /shop\/charts\/cache\/templates\/cache\.yaml:\d+:\d+ {2}Pod\/cache/);
    const { charts, images } = JSON.parse((await runMirror(["images", "shop", "--json"], { cwd: folder })).stdout);
    assert.deepEqual(charts, [{ name: "shop", version: "0.3.0" }]);
    assert.equal(images.length, 4);
  }));

test("a chart and manifests are one list; a folder of the chart's name is meant by ./", () =>
  inShop(async ({ folder, write }, repository) => {
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository));
    await write("shop/pod.yaml", 'kind: Pod\nspec: { containers: [{ image: "quay.io/other/one:1" }] }\n');
    const both = await runMirror(["images", "shop", "./shop", "--plain"], { cwd: folder });
    assert.equal(both.stdout.split("\n").length, 5);
    const alone = await runMirror(["images", "./shop", "--plain"], { cwd: folder });
    assert.equal(alone.stdout, "quay.io/other/one:1\n");
  }));

test("a required value that nobody gave ends the rendering, or is reported where the config says so", () =>
  inShop(async ({ folder, write }, repository) => {
    await write("git/chart/templates/domain.yaml", '# {{ required "a domain is needed" .Values.domain }}\n');
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository));
    const strict = await runMirror(["images", "shop"], { cwd: folder });
    assert.deepEqual([strict.code, strict.stdout], [1, ""]);
    assert.match(strict.stderr, /charts\/not-rendered[\s\S]*a domain is needed/);
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository, ", missing: report"));
    const lenient = await runMirror(["images", "shop", "--plain"], { cwd: folder });
    assert.equal(lenient.code, 0, lenient.stderr);
    assert.match(lenient.stdout, /quay\.io\/shop\/web:1\.0/);
    assert.match(
      lenient.stderr,
      /warning charts\/missing-value: Chart shop asks for a value that nobody gave: a domain is needed[\s\S]*in shop\/templates\/domain\.yaml, line 1/,
    );
  }));

const LOCK = `version: 1
charts:
  shop:
    source: shop
    version: 0.2.0
    images:
      "docker.io/library/mysql:8": ["shop/templates/web.yaml: spec.containers[0].image"]
      "quay.io/shop/old:1": ["shop/templates/web.yaml: spec.containers[1].image"]
      "quay.io/shop/helper:9": ["shop/templates/web.yaml: spec.containers[0].env[0].value"]
`;

test("what has changed since the lock is shown, and fails with --frozen", () =>
  inShop(async ({ folder, write }, repository) => {
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository));
    await write("mirror.lock.yaml", LOCK);
    const changed = await runMirror(["images", "shop"], { cwd: folder });
    assert.equal(changed.code, 0, changed.stderr);
    assert.match(
      changed.stdout,
      /\n\nshop: 2 new, 1 gone since 0\.2\.0\n {2}\+ gcr\.io\/team\/mysql:8\n {2}\+ quay\.io\/shop\/web:1\.0\n {2}- quay\.io\/shop\/old:1\n$/,
    );
    const frozen = await runMirror(["images", "shop", "--frozen", "--json"], { cwd: folder });
    assert.equal(frozen.code, 2);
    assert.match(frozen.stderr, /error lock\/disagrees: shop is at version 0\.3\.0, and the lock has 0\.2\.0/);
    assert.deepEqual(JSON.parse(frozen.stdout).charts[0].change.gone, ["quay.io/shop/old:1"]);
    const same = LOCK.replace("0.2.0", "0.3.0")
      .replace("quay.io/shop/old:1", "quay.io/shop/web:1.0")
      .replace("    images:", '    images:\n      "gcr.io/team/mysql:8": ["cache"]');
    await write("mirror.lock.yaml", same);
    const unchanged = await runMirror(["images", "shop", "--frozen"], { cwd: folder });
    assert.equal(unchanged.code, 0, unchanged.stderr);
    assert.doesNotMatch(unchanged.stdout, /since/);
  }));

test("a chart that the config does not have is told, with the nearest", () =>
  inShop(async ({ folder, write }, repository) => {
    await write("mirror.config.yaml", CONFIG("{ folder: git }", repository));
    const { code, stderr } = await runMirror(["images", "chart:shpo"], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /There is no chart "shpo"[\s\S]*Did you mean "shop"/);
  }));

const commit = (folder: string, tag: string): void => commitAs(join(folder, "git"), tag);

/** A chart of two pods that depends on one in a chart repository. */
async function inShop(check: (place: Workspace, repository: string) => Promise<void>): Promise<void> {
  const place = await workspace("");
  const cache = await packChart("cache", "1.0.0", { "templates/cache.yaml": CACHE });
  const server = await startChartServer([cache]);
  try {
    const dependency = '{ name: cache, version: "1.x", repository: "https://charts.example.com" }';
    await place.write(
      "git/chart/Chart.yaml",
      `apiVersion: v2\nname: shop\nversion: 0.3.0\ndependencies: [${dependency}]\n`,
    );
    await place.write("git/chart/values.yaml", "db: { tag: 8.0 }\n");
    await place.write("git/chart/templates/web.yaml", WEB);
    await check(place, server.url);
  } finally {
    await server.stop();
    await place.remove();
  }
}

test.run();
