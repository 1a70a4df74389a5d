import assert from "node:assert/strict";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import { verifyArchive } from "../../../src/oci/archive/index.ts";
import { openArchive } from "../../../src/oci/archive/open.ts";
import { writeHeader } from "../../../src/oci/archive/tar/header.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { inFolder } from "../temporary.ts";
import { layoutOf, type Made, smallSet, tarOf } from "./tars.ts";

const signal = new AbortController().signal;
const ROUNDS = 250;

/** Numbers that look random and are the same each time: what fails can be looked at again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

/** `docker save`'s form of an image of two layers. */
function dockerTar(): Made[] {
  const layers = [tarOf([{ name: "a", content: "one" }]), tarOf([{ name: "b", content: "two" }])];
  const config = JSON.stringify({ rootfs: { type: "layers", diff_ids: layers.map((layer) => digestOf(layer)) } });
  const name = `${digestOf(config).slice(7)}.json`;
  return [
    { name, content: config },
    { name: "one.tar", content: layers[0] ?? "" },
    { name: "two/layer.tar", content: layers[1] ?? "" },
    {
      name: "manifest.json",
      content: JSON.stringify([{ Config: name, RepoTags: ["app:1"], Layers: ["one.tar", "two/layer.tar"] }]),
    },
  ];
}

/** The same with each layer behind links: a symbolic one, as skopeo writes it, and a hard one that leads to another. */
function linkedDockerTar(): Made[] {
  const [config, one, two, manifest] = dockerTar() as [Made, Made, Made, Made];
  return [
    config,
    { name: "real/one.tar", content: one.content ?? "" },
    { name: "real/two.tar", content: two.content ?? "" },
    { name: one.name, type: "2", linkName: "real/one.tar" },
    { name: "linked.tar", type: "1", linkName: "real/two.tar" },
    { name: two.name, type: "2", linkName: "../linked.tar" },
    manifest,
  ];
}

/** Opens and reads all of it. Gives the codes of what was wrong; whatever is not ours to throw ends the test. */
async function judge(path: string): Promise<readonly string[]> {
  try {
    const archive = await openArchive([path]);
    try {
      const { failures } = await verifyArchive(archive, { signal, onBytes: () => {} });
      return failures.map(({ code }) => code);
    } finally {
      await archive.close();
    }
  } catch (error) {
    assert.ok(error instanceof Failed, `${path}: ${(error as Error).stack}`);
    assert.ok(error.failure.message.length > 20 && error.failure.code !== "internal/unexpected");
    return [error.failure.code];
  }
}

const changes: readonly ((bytes: Buffer, random: (below: number) => number) => Buffer)[] = [
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from([(bytes[at] ?? 0) ^ (1 << random(8))]),
      bytes.subarray(at + 1),
    ]);
  },
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random(bytes.length);
    for (let i = 0; i < 64 && at + i < changed.length; i++) changed[at + i] = random(256);
    return changed;
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 512)]);
  },
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)];
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, from + 2048), bytes.subarray(to)]);
  },
];

for (const [form, entries] of [
  ["a layout", layoutOf(smallSet(2))],
  ["docker save", dockerTar()],
  ["docker save with links", linkedDockerTar()],
] as const) {
  test(`${ROUNDS} tars of ${form}, each damaged in another way: whole, or an error that says so; nothing is written`, () =>
    inFolder(async (folder) => {
      const whole = tarOf(entries);
      const file = join(folder, "archive.tar");
      await writeFile(file, whole);
      assert.deepEqual(await judge(file), []);
      const codes = new Map<string, number>();
      for (let round = 0; round < ROUNDS; round++) {
        const random = randomFrom(round * 7919 + 1);
        const change = changes[round % changes.length];
        let bytes = change?.(whole, random) ?? whole;
        if (round % 11 === 0) bytes = gzipSync(bytes).subarray(0, 200 + random(10_000));
        await writeFile(file, bytes);
        const found = await judge(file);
        for (const code of found) codes.set(code, (codes.get(code) ?? 0) + 1);
        // A cut that takes content away is never taken for whole.
        if (round % changes.length === 0 && bytes.length < whole.length - 1024)
          assert.notDeepEqual(found, [], `round ${round}`);
      }
      assert.deepEqual(await readdir(folder), ["archive.tar"]);
      assert.ok(codes.size >= 3, [...codes].join(" "));
      for (const code of codes.keys()) assert.match(code, /^(?:archive|oci|registry)\//);
    }));
}

test("layouts in folders: each file cut, changed or missing is an error that says so", () =>
  inFolder(async (folder) => {
    const entries = layoutOf(smallSet(1));
    for (const [index, entry] of entries.entries()) {
      for (const how of ["cut", "changed", "missing", "folder"] as const) {
        const at = join(folder, `${index}-${how}`);
        for (const { name, content = "" } of entries) {
          await mkdir(join(at, name, ".."), { recursive: true });
          if (name !== entry.name) await writeFile(join(at, name), content);
          else if (how === "cut") await writeFile(join(at, name), Buffer.from(content).subarray(0, 7));
          else if (how === "changed") await writeFile(join(at, name), Buffer.from(content).fill(0x20, 0, 3));
          else if (how === "folder") await mkdir(join(at, name));
        }
        const found = await judge(at);
        // A folder is read without its marker, and an index without the images of some platforms.
        const mayLack = entry.name === "oci-layout" || String(entry.content).includes('"schemaVersion"');
        if (how === "missing" && mayLack && entry.name !== "index.json") continue;
        assert.ok(found.length > 0, `${entry.name} ${how}`);
      }
    }
  }));

test("docker archives that lead elsewhere or claim what is not so are refused", () =>
  inFolder(async (folder) => {
    const good = dockerTar();
    const file = join(folder, "archive.tar");
    const codes = async (made: readonly Made[]): Promise<readonly string[]> => {
      await writeFile(file, tarOf(made));
      return judge(file);
    };
    assert.deepEqual(await codes(good), []);
    const images = JSON.parse(String(good[3]?.content)) as { Config: string; Layers: string[] }[];
    const withManifest = (change: object) => [
      ...good.slice(0, 3),
      { name: "manifest.json", content: JSON.stringify([{ ...images[0], ...change }]) },
    ];
    assert.deepEqual(await codes([...good, { name: "../out", content: "x" }]), ["archive/bad-entry"]);
    assert.deepEqual(await codes(withManifest({ Layers: ["../../etc/passwd", "one.tar"] })), ["archive/bad-entry"]);
    assert.deepEqual(await codes(withManifest({ Layers: ["/etc/passwd", "one.tar"] })), ["archive/bad-entry"]);
    assert.deepEqual(await codes(withManifest({ Layers: ["none", "one.tar"] })), ["archive/not-an-archive"]);
    assert.deepEqual(await codes(withManifest({ Layers: ["one.tar"] })), ["archive/not-an-archive"]);
    assert.deepEqual(await codes(withManifest({ Config: "one.tar" })), ["archive/not-an-archive"]);
    assert.deepEqual(await codes([...good.slice(0, 3), { name: "manifest.json", content: "{}" }]), [
      "archive/not-an-archive",
    ]);
    // Layers that stand under each other's names are not what the config says.
    assert.notDeepEqual(await codes(withManifest({ Layers: ["two/layer.tar", "one.tar"] })), []);
  }));

for (const [kind, type] of [
  ["symbolic", "2"],
  ["hard", "1"],
] as const) {
  test(`${kind} links in a layout are refused, wherever they lead`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "archive.tar");
      const entries = layoutOf(smallSet(1));
      const blob = entries.find(({ name }) => name.startsWith("blobs/"))?.name ?? "";
      for (const linkName of ["/etc/passwd", "../../etc/passwd", "blobs/sha256", "oci-layout", blob, "none", "."]) {
        for (const at of ["index.json", "oci-layout", blob, "blobs", "other", "blobs/sha256/../../../out"]) {
          const made = [...entries.filter(({ name }) => name !== at), { name: at, type, linkName }];
          await writeFile(file, tarOf(made));
          assert.deepEqual(await judge(file), ["archive/bad-entry"], `${at} to ${linkName}`);
        }
      }
      assert.deepEqual(await readdir(folder), ["archive.tar"]);
    }));

  test(`${kind} links in docker archives lead to entries of the same tar, or are refused`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "archive.tar");
      const [config, one, two, manifest] = dockerTar() as [Made, Made, Made, Made];
      const codes = async (...links: readonly (readonly [name: string, linkName: string])[]) => {
        const made = links.map(([name, linkName]) => ({ name, type, linkName }));
        await writeFile(file, tarOf([config, one, { ...two, name: "two.tar" }, ...made, manifest]));
        return judge(file);
      };
      const up = type === "2" ? "../" : "";
      assert.deepEqual(await codes([two.name, `${up}two.tar`]), []);
      for (const outside of ["/two.tar", "../../two.tar", "two/../../../two.tar", "/etc/passwd"]) {
        assert.deepEqual(await codes([two.name, outside]), ["archive/bad-entry"], outside);
      }
      for (const nothing of ["none", "two/layer.tar", `${up}two`]) {
        assert.deepEqual(await codes([two.name, nothing]), ["archive/not-an-archive"], nothing);
      }
      // Round in a circle, and one more than anybody would make of them.
      assert.deepEqual(await codes([two.name, `${up}a`], ["a", "b"], ["b", "a"]), ["archive/not-an-archive"]);
      const chain = Array.from({ length: 20 }, (_, at) => [`l${at}`, at === 19 ? "two.tar" : `l${at + 1}`] as const);
      assert.deepEqual(await codes([two.name, `${up}l0`], ...chain), ["archive/not-an-archive"]);
      // Another layer's content under this layer's name is not what the config says.
      assert.notDeepEqual(await codes([two.name, `${up}one.tar`]), []);
      assert.deepEqual(await readdir(folder), ["archive.tar"]);
    }));
}

test("layouts in folders whose files are links are refused", () =>
  inFolder(async (folder) => {
    const entries = layoutOf(smallSet(1));
    for (const [index, linked] of entries.entries()) {
      if (!linked.name.startsWith("blobs/")) continue;
      const at = join(folder, String(index));
      for (const { name, content = "" } of entries) {
        await mkdir(join(at, name, ".."), { recursive: true });
        const elsewhere = join(folder, `content-${index}`);
        if (name !== linked.name) await writeFile(join(at, name), content);
        else {
          await writeFile(elsewhere, content);
          await symlink(elsewhere, join(at, name));
        }
      }
      assert.deepEqual(await judge(at), ["archive/bad-entry"], linked.name);
    }
  }));

test("sizes beyond the file and a million entries are refused without filling the memory", () =>
  inFolder(async (folder) => {
    const file = join(folder, "archive.tar");
    for (const size of [2 ** 33, 2 ** 52]) {
      await writeFile(file, Buffer.concat([writeHeader({ name: "index.json", size, type: "0" }), Buffer.alloc(2048)]));
      assert.deepEqual(await judge(file), ["archive/truncated"]);
    }
    const many = Buffer.concat(
      Array.from({ length: 1000 }, (_, index) => writeHeader({ name: `f${index}`, size: 0, type: "0" })),
    );
    for (let part = 0; part < 1000; part++) await writeFile(file, many, { flag: part === 0 ? "w" : "a" });
    const before = process.memoryUsage().rss;
    assert.deepEqual(await judge(file), ["archive/too-many-entries"]);
    assert.ok(process.memoryUsage().rss - before < 600e6);
  }));

test.run();
