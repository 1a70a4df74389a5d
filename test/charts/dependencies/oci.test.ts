import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "uvu";
import type { RegistryFor } from "../../../src/charts/dependencies/index.ts";
import { createRegistry, digestOf, MediaType } from "../../../src/oci/index.ts";
import { withRegistry } from "../../oci/temporary.ts";
import { type PackedChart, packChart } from "../../rig/chart-repository.ts";
import { quick, withBench } from "./rig.ts";

const layerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const signal = new AbortController().signal;

/** Pushes a chart as `helm push` does: its metadata as config, the archive as the layer. */
async function push(host: string, repository: string, chart: PackedChart, mediaType = layerType): Promise<void> {
  const registry = createRegistry({ host, ...quick });
  const config = Buffer.from(JSON.stringify({ name: chart.name, version: chart.version }));
  const describe = (bytes: Uint8Array, type: string) => ({
    mediaType: type,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  for (const bytes of [config, chart.bytes]) {
    const blob = { digest: digestOf(bytes), size: bytes.length, open: async () => Readable.from([bytes]) };
    await registry.uploadBlob(repository, blob, signal);
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: describe(config, "application/vnd.cncf.helm.config.v1+json"),
    layers: [describe(chart.bytes, mediaType)],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const put = { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
  await registry.putManifest(repository, chart.version.replaceAll("+", "_"), put, signal);
  registry.close();
}

const registryFor: RegistryFor = async (host, repository) => ({
  registry: createRegistry({ host, ...quick }),
  repository,
});

test("charts come from a registry by exact version and by range, and offline from what came before", () =>
  withRegistry(async ({ host }) =>
    withBench(async ({ chart, vendor, failing }) => {
      const older = await packChart("redis", "1.2.0");
      const newer = await packChart("redis", "1.10.0+build.7");
      for (const one of [older, newer]) await push(host, "team/charts/redis", one);
      const repository = `oci://${host}/team/charts`;
      const place = chart("ce", [{ name: "redis", version: "^1.2", repository }]);
      const vendored = await vendor(place, { registryFor });
      const [dependency] = vendored.dependencies;
      assert.equal(dependency?.version, "1.10.0+build.7");
      assert.equal(dependency?.from, `${repository}/redis:1.10.0_build.7`);
      assert.equal(dependency?.digest, digestOf(newer.bytes));
      assert.ok(readFileSync(join(vendored.folder, dependency?.path ?? "")).equals(newer.bytes));
      assert.equal((await vendor(place, { network: "offline" })).folder, vendored.folder);

      const exact = chart("exact", [{ name: "redis", version: "1.2.0", repository: `${repository}/` }]);
      assert.equal((await failing(exact, { network: "offline" }))[0]?.code, "charts/offline");
      assert.equal((await vendor(exact, { registryFor })).dependencies[0]?.version, "1.2.0");
    }),
  ));

test("a repository of the web is redirected to a registry", () =>
  withRegistry(async ({ host }) =>
    withBench(async ({ chart, vendor }) => {
      await push(host, "mirror/redis", await packChart("redis", "1.2.0"));
      const place = chart("ce", [{ name: "redis", version: "1.2.0", repository: "https://charts.example.com/stable" }]);
      const repositories = new Map([["https://charts.example.com/stable", `oci://${host}/mirror`]]);
      assert.equal(
        (await vendor(place, { registryFor, repositories })).dependencies[0]?.from,
        `oci://${host}/mirror/redis:1.2.0`,
      );
    }),
  ));

test("a version that is not there is answered with those that are, and an image is no chart", () =>
  withRegistry(async ({ host }) =>
    withBench(async ({ chart, failing }) => {
      await push(host, "redis", await packChart("redis", "1.2.0"));
      await push(host, "app", await packChart("app", "1.0.0"), MediaType.ociLayerGzip);
      const repository = `oci://${host}`;
      const fail = async (name: string, version: string) =>
        (await failing(chart("ce", [{ name, version, repository }]), { registryFor }))[0];
      const exact = await fail("redis", "1.3.0");
      assert.equal(exact?.code, "charts/unknown-version");
      assert.equal(exact?.hint, "The newest versions there are 1.2.0");
      assert.equal((await fail("redis", "^2"))?.code, "charts/unknown-version");
      assert.equal((await fail("absent", "^2"))?.code, "charts/unknown-chart");
      assert.equal((await fail("app", "1.0.0"))?.code, "charts/not-a-chart");
    }),
  ));

test.run();
