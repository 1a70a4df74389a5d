import assert from "node:assert/strict";
import { test } from "uvu";
import { mergeLayers } from "../../../src/certification/image/file-system.ts";
import type { Entry } from "../../../src/certification/image/layer.ts";

type Written = string | { readonly [path: string]: string };

/** A layer of files; a path with an arrow behind it is a link, one with a slash a folder. */
function layer(...paths: readonly Written[]): { readonly entries: readonly Entry[] } {
  const entries = paths.map((written): Entry => {
    const [path = "", target = ""] = typeof written === "string" ? [written] : (Object.entries(written)[0] ?? []);
    const kind = target !== "" ? "symlink" : path.endsWith("/") ? "folder" : "file";
    return { path: path.replace(/\/$/, ""), kind, mode: 0o644, size: 1, target, capabilities: "none" };
  });
  return { entries };
}

const pathsIn = (...layers: readonly ReturnType<typeof layer>[]): string[] =>
  mergeLayers(layers)
    .below("")
    .map(({ path }) => path)
    .sort();

test("upper layers stand over lower ones, and take away what they say", () => {
  assert.deepEqual(pathsIn(layer("a", "b"), layer("b", "c")), ["a", "b", "c"]);
  assert.deepEqual(pathsIn(layer("a", "d/x", "d/y"), layer("d/.wh.x")), ["a", "d/y"]);
  assert.deepEqual(pathsIn(layer("a", "d/x", "d/e/y", "dd"), layer(".wh.d")), ["a", "dd"]);
  assert.deepEqual(pathsIn(layer("a", "d/x", "d/e/y"), layer("d/.wh..wh..opq", "d/z")), ["a", "d/z"]);
  assert.deepEqual(pathsIn(layer("d/", "d/x"), layer("d")), ["d"]);
  assert.deepEqual(pathsIn(layer("a"), layer(".wh.a"), layer("a")), ["a"]);
});

test("what a layer removes and writes itself is there", () => {
  assert.deepEqual(pathsIn(layer("d/x", "d/y"), layer("d/z", ".wh.d")), ["d/z"]);
});

test("links are followed inside the image, from their own folder or from the root, folders among them", () => {
  const { find } = mergeLayers([
    layer("srv/data/file", { link: "srv/data" }, { "opt/up": "../link/file" }, { "opt/abs": "/link/file" }),
    layer({ one: "two" }, { two: "one" }, { out: "../../../../srv/data/file" }, { nowhere: "/none" }),
  ]);
  assert.equal(find("link/file")?.path, "srv/data/file");
  assert.equal(find("opt/up")?.path, "srv/data/file");
  assert.equal(find("/opt/abs")?.path, "srv/data/file");
  assert.equal(find("out")?.path, "srv/data/file");
  assert.deepEqual([find("link")?.kind, find("link")?.path], ["folder", "srv/data"]);
  assert.equal(find("one"), undefined);
  assert.equal(find("nowhere"), undefined);
  assert.equal(find("srv/data/file/below"), undefined);
  assert.equal(find("srv/other"), undefined);
});

test("thousands of removals take no time worth telling", () => {
  const paths = Array.from({ length: 40_000 }, (_, index) => `usr/lib/folder-${index % 400}/file-${index}`);
  const removals = paths.filter((_, index) => index % 4 === 0).map((path) => path.replace("/file-", "/.wh.file-"));
  const startedAt = performance.now();
  assert.equal(pathsIn(layer(...paths), layer(...removals)).length, 30_000);
  assert.ok(performance.now() - startedAt < 5000);
});

test.run();
