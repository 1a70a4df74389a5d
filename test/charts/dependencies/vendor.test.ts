import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { hexOf, indexOf, packChart } from "../../rig/chart-repository.ts";
import { inCharts, withBench, writeFiles } from "./rig.ts";

const minio402 = await packChart("minio", "4.0.2");
const minio403 = await packChart("minio", "4.0.3");
const minio410 = await packChart("minio", "4.1.0-rc1");
const nuclio = await packChart("nuclio", "0.19.5");

test("dependencies come from their repository, their digests checked, and the source is left alone", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url } = await server([minio402, minio403, nuclio]);
    const folder = chart("ce", [
      { name: "minio", version: "~4.0.0", repository: `${url}/`, condition: "minio.enabled" },
      { name: "nuclio", version: "0.19.5", repository: url, alias: "functions" },
    ]);
    const vendored = await vendor(folder);
    assert.deepEqual(inCharts(vendored), ["minio-4.0.3.tgz", "nuclio-0.19.5.tgz"]);
    assert.deepEqual(vendored.dependencies[1], {
      name: "nuclio",
      version: "0.19.5",
      alias: "functions",
      repository: url,
      digest: `sha256:${hexOf(nuclio.bytes)}`,
      from: `${url}/nuclio-0.19.5.tgz`,
      path: "charts/nuclio-0.19.5.tgz",
    });
    assert.ok(readFileSync(join(vendored.folder, "charts/minio-4.0.3.tgz")).equals(minio403.bytes), "byte for byte");
    assert.equal(readFileSync(join(vendored.folder, "templates/a.yaml"), "utf8"), "kind: ConfigMap\n");
    assert.equal(vendored.lock, "absent");
    assert.deepEqual(readdirSync(folder).sort(), ["Chart.yaml", "templates"]);
  }));

test("an index is asked for once for all its charts, and sent again only if it has changed", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url, log, files } = await server([minio402, nuclio]);
    const folder = chart("ce", [
      { name: "minio", version: "^4", repository: url },
      { name: "nuclio", version: "*", repository: `${url}/` },
    ]);
    const first = await vendor(folder);
    assert.deepEqual(log.splice(0).sort(), [
      "GET /charts/index.yaml 200",
      "GET /charts/minio-4.0.2.tgz 200",
      "GET /charts/nuclio-0.19.5.tgz 200",
    ]);
    assert.deepEqual(await vendor(folder), first);
    assert.deepEqual(log.splice(0), ["GET /charts/index.yaml 304"]);
    files.set("index.yaml", indexOf([minio402, minio403, nuclio]));
    files.set("minio-4.0.3.tgz", minio403.bytes);
    const { dependencies } = await vendor(folder);
    assert.equal(dependencies[0]?.version, "4.0.3");
    assert.deepEqual(log, ["GET /charts/index.yaml 200", "GET /charts/minio-4.0.3.tgz 200"]);
  }));

test("offline, all that was fetched before is there, and what was not is named", () =>
  withBench(async ({ chart, vendor, failing, server }) => {
    const { url, stop } = await server([minio402, nuclio]);
    const folder = chart("ce", [{ name: "minio", version: "^4", repository: url }]);
    const online = await vendor(folder);
    await stop();
    const offline = await vendor(folder, { network: "offline" });
    assert.equal(offline.folder, online.folder);
    const other = chart("other", [{ name: "nuclio", version: "0.19.5", repository: url }]);
    const [failure] = await failing(other, { network: "offline" });
    assert.equal(failure?.code, "charts/offline");
    assert.equal((await failing(other))[0]?.code, "registry/unreachable");
  }));

test("prereleases are chosen by a range that names one", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url } = await server([minio402, minio410]);
    const version = async (range: string) =>
      (await vendor(chart("ce", [{ name: "minio", version: range, repository: url }]))).dependencies[0]?.version;
    assert.equal(await version(">=4.0.0"), "4.0.2");
    assert.equal(await version(">=4.0.0-0"), "4.1.0-rc1");
  }));

test("an archive that is not the one in the index is refused, and is not kept", () =>
  withBench(async ({ folder, chart, failing, server }) => {
    const { url, files } = await server([minio402]);
    files.set("minio-4.0.2.tgz", minio403.bytes);
    const [failure] = await failing(chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]));
    assert.equal(failure?.code, "charts/digest-mismatch");
    assert.deepEqual(failure?.detail, [
      `expected sha256:${hexOf(minio402.bytes)}`,
      `received sha256:${hexOf(minio403.bytes)}`,
    ]);
    assert.ok(!existsSync(join(folder, "cache", "archives")));
  }));

test("an archive that holds another chart than the index says is refused", () =>
  withBench(async ({ chart, failing, server }) => {
    const { url, files } = await server([minio402]);
    files.set("minio-4.0.2.tgz", nuclio.bytes);
    files.set(
      "index.yaml",
      indexOf([minio402], () => ({ digest: hexOf(nuclio.bytes) })),
    );
    const [failure] = await failing(chart("ce", [{ name: "minio", version: "4.0.2", repository: url }]));
    assert.equal(failure?.code, "charts/other-chart");
    assert.match(failure?.message ?? "", /holds the chart nuclio 0\.19\.5, and minio 4\.0\.2 was asked for$/);
  }));

test("all that cannot be had is told together, with the nearest there is", () =>
  withBench(async ({ chart, failing, server }) => {
    const { url } = await server([minio402, minio403]);
    const folder = chart("ce", [
      { name: "mino", version: "4.0.2", repository: url },
      { name: "minio", version: "^5", repository: url },
      { name: "redis", version: "1.0.0", repository: "@stable" },
      { name: "etcd", version: "newest", repository: url },
    ]);
    const failures = await failing(folder);
    assert.deepEqual(
      failures.map(({ code, hint }) => [code, hint]),
      [
        ["charts/unknown-chart", 'Did you mean "minio"?'],
        ["charts/unknown-version", "The newest versions there are 4.0.3, 4.0.2"],
        ["charts/unknown-repository", 'Write what it stands for, as in chartRepositories: { "@stable": https://… }'],
        ["charts/bad-constraint", "Write it as 1.2.3, ~1.2.0, ^1.2, or >=1.2.0 <2.0.0"],
      ],
    );
  }));

test("a repository is redirected to another server, with the files that its index names by their old URL", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url, files, log } = await server([minio402]);
    files.set(
      "index.yaml",
      indexOf([minio402], () => ({ urls: ["https://charts.example.com/stable/minio-4.0.2.tgz"] })),
    );
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: "https://charts.example.com/stable/" }]);
    const { dependencies } = await vendor(folder, {
      repositories: new Map([["https://charts.example.com/stable", `${url}/`]]),
    });
    assert.equal(dependencies[0]?.from, `${url}/minio-4.0.2.tgz`);
    assert.equal(dependencies[0]?.repository, "https://charts.example.com/stable/");
    assert.equal(log.length, 2);
  }));

test("a name that stands for a repository is looked up among the redirects", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url } = await server([minio402]);
    const folder = chart("ce", [{ name: "minio", version: "4.0.2", repository: "@min" }]);
    assert.equal((await vendor(folder, { repositories: new Map([["@min", url]]) })).dependencies[0]?.version, "4.0.2");
  }));

test("a folder stands for a repository: with an index, with packed charts, or with charts in folders", () =>
  withBench(async ({ folder, chart, vendor, failing }) => {
    const repository = "https://charts.example.com";
    const made = chart("ce", [{ name: "minio", version: "^4.0.0", repository }]);
    const stand = (name: string, files: Record<string, string | Uint8Array>) => {
      const place = join(folder, name);
      writeFiles(place, files);
      return { repositories: new Map([[repository, place]]), network: "offline" as const };
    };
    const index = indexOf([minio402, minio403], ({ version }) => ({
      urls: [`https://old.example.com/x/minio-${version}.tgz`],
    }));
    const indexed = stand("indexed", {
      "index.yaml": index,
      "minio-4.0.2.tgz": minio402.bytes,
      "x/minio-4.0.3.tgz": minio403.bytes,
    });
    assert.equal((await vendor(made, indexed)).dependencies[0]?.version, "4.0.3");

    const packed = stand("packed", { "minio-4.0.2.tgz": minio402.bytes, "minio-gateway-9.0.0.tgz": nuclio.bytes });
    const vendored = await vendor(made, packed);
    assert.equal(vendored.dependencies[0]?.from, join(folder, "packed", "minio-4.0.2.tgz"));

    const chartYaml = "apiVersion: v2\nname: minio\nversion: 4.0.9\n";
    const unpacked = stand("unpacked", { "minio/Chart.yaml": chartYaml });
    assert.deepEqual(inCharts(await vendor(made, unpacked)), ["minio-4.0.9"]);
    assert.equal(
      (await failing(made, { repositories: new Map([[repository, "/nonexistent"]]) }))[0]?.code,
      "charts/no-folder",
    );
  }));

test("charts beside the chart are taken with what they depend on themselves", () =>
  withBench(async ({ chart, vendor, server }) => {
    const { url } = await server([minio402]);
    chart("base", [{ name: "minio", version: "4.0.2", repository: url }]);
    chart("common", [{ name: "base", version: ">=1", repository: "file://../base" }]);
    const vendored = await vendor(chart("ce", [{ name: "common", version: "1.x", repository: "file://../common" }]));
    assert.deepEqual(
      vendored.dependencies.map(({ name, path }) => [name, path]),
      [
        ["common", "charts/common-1.0.0"],
        ["base", "charts/common-1.0.0/charts/base-1.0.0"],
        ["minio", "charts/common-1.0.0/charts/base-1.0.0/charts/minio-4.0.2.tgz"],
      ],
    );
    for (const { path } of vendored.dependencies) assert.ok(existsSync(join(vendored.folder, path)), path);
  }));

test("charts beside that need each other, another version, or something outside the source are refused", () =>
  withBench(async ({ folder, chart, failing }) => {
    const code = async (place: string) => (await failing(place))[0]?.code;
    chart("b", [{ name: "a", version: "1.0.0", repository: "file://../a" }]);
    assert.equal(await code(chart("a", [{ name: "b", version: "1.0.0", repository: "file://../b" }])), "charts/circle");
    assert.equal(
      await code(chart("c", [{ name: "a", version: "^2", repository: "file://../a" }])),
      "charts/unknown-version",
    );
    assert.equal(
      await code(chart("d", [{ name: "x", version: "1.0.0", repository: "file://../x" }])),
      "charts/not-beside",
    );
    writeFiles(join(folder, "outside"), { "Chart.yaml": "name: outside\nversion: 1.0.0\n" });
    const out = chart("e", [{ name: "outside", version: "1.0.0", repository: "file://../../outside" }]);
    assert.equal(await code(out), "charts/outside-source");
  }));

test("what a chart carries is kept if its version will do, and replaced if not", () =>
  withBench(async ({ chart, vendor, failing, server }) => {
    const { url, log } = await server([minio402, minio403, nuclio]);
    const folder = chart(
      "ce",
      [
        { name: "minio", version: "4.0.3", repository: url },
        { name: "nuclio", version: "^0.19.0", repository: url },
        { name: "local", version: "0.1.0" },
      ],
      { "charts/local/Chart.yaml": "name: local\nversion: 0.1.0\n", "charts/README.md": "about\n" },
    );
    const extra = await packChart("extra", "1.0.0");
    writeFiles(folder, {
      "charts/minio-4.0.2.tgz": minio402.bytes,
      "charts/nuclio.tgz": nuclio.bytes,
      "charts/extra-1.0.0.tgz": extra.bytes,
    });
    const vendored = await vendor(folder);
    assert.deepEqual(inCharts(vendored), ["README.md", "extra-1.0.0.tgz", "local", "minio-4.0.3.tgz", "nuclio.tgz"]);
    assert.deepEqual(
      vendored.dependencies.map(({ name, from }) => [name, from.startsWith(url) ? "fetched" : "carried"]),
      [
        ["minio", "fetched"],
        ["nuclio", "carried"],
        ["local", "carried"],
      ],
    );
    assert.ok(!log.some((line) => line.includes("nuclio")));
    const newest = await vendor(folder, { update: "newest" });
    assert.deepEqual(inCharts(newest), [
      "README.md",
      "extra-1.0.0.tgz",
      "local",
      "minio-4.0.3.tgz",
      "nuclio-0.19.5.tgz",
    ]);
    await rm(join(folder, "charts", "local"), { recursive: true });
    assert.equal((await failing(folder))[0]?.code, "charts/not-carried");
  }));

test("links inside the source are followed, and links out of it refused", () =>
  withBench(async ({ folder, chart, vendor, failing }) => {
    const place = chart("ce", []);
    chart("shared", [], { "files/common.yaml": "shared: true\n" });
    await symlink("../shared/files", join(place, "files"));
    const vendored = await vendor(place);
    assert.equal(readFileSync(join(vendored.folder, "files", "common.yaml"), "utf8"), "shared: true\n");
    await writeFile(join(folder, "secret"), "s3cret");
    await symlink("../../secret", join(place, "values-secret.yaml"));
    const [failure] = await failing(place);
    assert.equal(failure?.code, "charts/link-outside");
    assert.equal(failure?.message, `values-secret.yaml in the chart ${place} is a link that leads out of the source`);
    await rm(join(place, "values-secret.yaml"));
    await symlink("..", join(place, "circle"));
    assert.equal((await failing(place))[0]?.code, "charts/link-outside");
  }));

test("a vendored chart that somebody changed is made again", () =>
  withBench(async ({ chart, vendor }) => {
    const place = chart("ce", []);
    const { folder } = await vendor(place);
    await writeFile(join(folder, "templates", "a.yaml"), "tampered\n");
    const again = await vendor(place);
    assert.equal(again.folder, folder);
    assert.equal(readFileSync(join(folder, "templates", "a.yaml"), "utf8"), "kind: ConfigMap\n");
  }));

test("what is no chart is said to be none", () =>
  withBench(async ({ folder, chart, failing }) => {
    const code = async (place: string) => (await failing(place, { within: folder }))[0]?.code;
    writeFiles(join(folder, "none"), { "values.yaml": "" });
    assert.equal(await code(join(folder, "none")), "charts/not-a-chart");
    assert.equal(await code(chart("bad", [], { "Chart.yaml": "name: [\n" })), "charts/bad-file");
    assert.equal(await code(chart("path", [], { "Chart.yaml": "name: ../x\nversion: 1.0.0\n" })), "charts/bad-file");
    assert.equal(await code(chart("dep", [{ name: "../x", version: "1.0.0" }])), "charts/bad-file");
    assert.equal(
      await code(chart("ftp", [{ name: "x", version: "1.0.0", repository: "ftp://x/y" }])),
      "charts/bad-repository",
    );
  }));

test.run();
