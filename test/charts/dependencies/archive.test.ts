import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { packTar, type TarHeader } from "modern-tar";
import { test } from "uvu";
import { readArchive } from "../../../src/charts/dependencies/index.ts";
import { packChart } from "../../rig/chart-repository.ts";
import { failing } from "./rig.ts";

const chartYaml = "name: a\nversion: 1.0.0\n";

async function packed(
  entries: readonly (Partial<TarHeader> & { readonly name: string; readonly body?: string })[],
): Promise<Buffer> {
  const all = [{ name: "a/Chart.yaml", body: chartYaml }, ...entries];
  return gzipSync(
    await packTar(
      all.map(({ body = "", ...header }) => ({
        header: { type: "file", size: Buffer.byteLength(body), ...header },
        body,
      })),
    ),
  );
}

const why = async (bytes: Uint8Array): Promise<string> => {
  const failure = await failing(readArchive(bytes, "a.tgz"));
  assert.equal(failure.code, "charts/bad-archive");
  return failure.message.replace("a.tgz is not a chart that can be used: ", "");
};

test("the files of a packed chart are read by their paths", async () => {
  const { bytes } = await packChart("a", "1.0.0", { "templates/deep/b.yaml": "kind: Pod\n", "values.yaml": "" });
  const files = await readArchive(bytes, "a.tgz");
  assert.deepEqual([...files.keys()], ["Chart.yaml", "templates/deep/b.yaml", "values.yaml"]);
  assert.equal(Buffer.from(files.get("templates/deep/b.yaml") ?? []).toString(), "kind: Pod\n");
});

test("paths outside the chart are refused", async () => {
  for (const name of [
    "a/../../etc/passwd",
    "/etc/passwd",
    "../a/x",
    "a/b/../../../x",
    "C:\\x\\y",
    "a\\..\\..\\x",
    "loose",
  ]) {
    assert.equal(await why(await packed([{ name, body: "x" }])), `"${name}" is a path outside the chart`);
  }
});

test("links lead nowhere: they are left out", async () => {
  const files = await readArchive(
    await packed([
      { name: "a/values.yaml", type: "symlink", linkname: "/etc/passwd" },
      { name: "a/other.yaml", type: "link", linkname: "../../etc/passwd" },
    ]),
    "a.tgz",
  );
  assert.deepEqual([...files.keys()], ["Chart.yaml"]);
});

test("more bytes than helm allows are refused, in one file and in all", async () => {
  const large = await packed([{ name: "a/large", body: "x".repeat(5 * 1024 * 1024 + 1) }]);
  assert.equal(await why(large), "large is larger than the 5 MiB that helm allows");
  const bomb = gzipSync(Buffer.alloc(101 * 1024 * 1024));
  assert.equal(await why(bomb), "it unpacks to more than the 100 MiB that helm allows");
});

test("what is broken, or no chart, is told", async () => {
  assert.equal(await why(Buffer.from("<html>")), "it is not gzip, or not whole");
  const { bytes } = await packChart("a", "1.0.0");
  assert.equal(await why(bytes.subarray(0, -20)), "it is not gzip, or not whole");
  assert.match(await why(gzipSync(Buffer.from("no tar at all".repeat(100)))), /./);
  assert.equal(
    await why(gzipSync(await packTar([{ header: { name: "a/x", size: 1 }, body: "x" }]))),
    "it holds no Chart.yaml in its one folder",
  );
});

test.run();
