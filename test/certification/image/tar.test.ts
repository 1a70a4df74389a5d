import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { readTar, type TarHeader } from "../../../src/certification/image/tar.ts";
import { tarOf } from "../../rig/container-image.ts";

interface Read {
  readonly headers: readonly TarHeader[];
  readonly contents: ReadonlyMap<string, string>;
}

async function read(tar: Uint8Array, step: number, wanted = /./): Promise<Read> {
  const headers: TarHeader[] = [];
  const contents = new Map<string, string>();
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < tar.length; at += step) yield tar.subarray(at, at + step);
  }
  for await (const { header, content } of readTar(chunks())) {
    headers.push(header);
    if (header.kind === "file" && wanted.test(header.name)) contents.set(header.name, (await content()).toString());
  }
  return { headers, contents };
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
        const { headers, contents } = await read(tar, step);
        assert.equal(contents.get("./small"), "small", format);
        assert.equal(headers.find(({ name }) => name === "./setuid")?.mode, 0o4755, format);
        assert.equal(headers.find(({ name }) => name === "./")?.kind, "folder", format);
        if (!fits) continue;
        assert.equal(contents.get(`./${long}`), "found", format);
        const link = headers.find(({ name }) => name === "./link");
        assert.deepEqual([link?.kind, link?.target], ["symlink", `/${"target/".repeat(20)}`], format);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("contents that nobody asks for are passed over", async () => {
  const entries = Array.from({ length: 30 }, (_, index) => ({
    path: `file-${index}`,
    content: "x".repeat(index * 321),
  }));
  const { headers, contents } = await read(await tarOf(entries), 700, /-29$/);
  assert.equal(headers.length, 30);
  assert.deepEqual(
    [...contents].map(([name, text]) => [name, text.length]),
    [["file-29", 29 * 321]],
  );
});

test("a tar of nothing has no entries; one that is cut off or broken says so", async () => {
  assert.deepEqual((await read(Buffer.alloc(0), 10)).headers, []);
  assert.deepEqual((await read(Buffer.alloc(1024), 10)).headers, []);
  const tar = await tarOf([{ path: "file", content: "x".repeat(2000) }]);
  await assert.rejects(read(tar.subarray(0, 1500), 100), /its tar ends too early/);
  await assert.rejects(read(tar.subarray(0, 100), 100), /its tar ends too early/);
  const broken = Buffer.from(tar);
  broken.write("another", 0);
  await assert.rejects(read(broken, 100), /its tar has a broken header/);
});

test.run();
