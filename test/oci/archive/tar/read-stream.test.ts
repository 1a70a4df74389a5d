import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { type PassingEntry, readTarStream } from "../../../../src/oci/archive/tar/read-stream.ts";
import { tarOf } from "../../../rig/container-image.ts";

interface Read {
  readonly entries: readonly PassingEntry[];
  readonly contents: ReadonlyMap<string, string>;
}

async function read(tar: Uint8Array, step: number, wanted = /./): Promise<Read> {
  const entries: PassingEntry[] = [];
  const contents = new Map<string, string>();
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < tar.length; at += step) yield tar.subarray(at, at + step);
  }
  for await (const entry of readTarStream(chunks())) {
    entries.push(entry);
    const { header, kind, content } = entry;
    if (kind === "file" && wanted.test(header.name)) contents.set(header.name, (await content()).toString());
  }
  return { entries, contents };
}

test("entries of every form that tar writes are read, however the bytes come", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mirror-tar-"));
  const long = `deep/${"a-rather-long-folder-name/".repeat(4)}a-rather-long-file-name-that-does-not-fit-into-a-header-${"x".repeat(60)}`;
  try {
    mkdirSync(join(folder, "deep", "a-rather-long-folder-name/".repeat(4)), { recursive: true });
    writeFileSync(join(folder, "small"), "small", { mode: 0o640 });
    writeFileSync(join(folder, "setuid"), "", { mode: 0o755 });
    execFileSync("chmod", ["4755", join(folder, "setuid")]);
    symlinkSync(`/${"target/".repeat(20)}`, join(folder, "link"));
    for (const format of ["posix", "gnu", "oldgnu", "ustar", "v7"]) {
      const fits = format === "posix" || format.endsWith("gnu");
      if (fits) writeFileSync(join(folder, long), "found");
      else rmSync(join(folder, "deep"), { recursive: true, force: true });
      if (!fits) rmSync(join(folder, "link"), { force: true });
      const tar = execFileSync("tar", ["-c", `--format=${format}`, "-C", folder, "."]);
      for (const step of [1, 511, 512, 100_000]) {
        const { entries, contents } = await read(tar, step);
        assert.equal(contents.get("./small"), "small", format);
        assert.equal(entries.find(({ header }) => header.name === "./setuid")?.header.mode, 0o4755, format);
        assert.equal(entries.find(({ header }) => header.name === "./")?.kind, "folder", format);
        if (!fits) continue;
        assert.equal(contents.get(`./${long}`), "found", format);
        const link = entries.find(({ header }) => header.name === "./link");
        assert.deepEqual([link?.kind, link?.header.linkName], ["symlink", `/${"target/".repeat(20)}`], format);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("contents that nobody asks for are passed over", async () => {
  const written = Array.from({ length: 30 }, (_, index) => ({
    path: `file-${index}`,
    content: "x".repeat(index * 321),
  }));
  const { entries, contents } = await read(await tarOf(written), 700, /-29$/);
  assert.equal(entries.length, 30);
  assert.deepEqual(
    [...contents].map(([name, text]) => [name, text.length]),
    [["file-29", 29 * 321]],
  );
});

test("a tar of nothing has no entries; one that is cut off or broken says so", async () => {
  assert.deepEqual((await read(Buffer.alloc(0), 10)).entries, []);
  assert.deepEqual((await read(Buffer.alloc(1024), 10)).entries, []);
  const tar = await tarOf([{ path: "file", content: "x".repeat(2000) }]);
  await assert.rejects(read(tar.subarray(0, 1500), 100), /its tar ends too early/);
  await assert.rejects(read(tar.subarray(0, 100), 100), /its tar ends too early/);
  const broken = Buffer.from(tar);
  broken.write("another", 0);
  await assert.rejects(read(broken, 100), /its tar has a broken header/);
});

test.run();
