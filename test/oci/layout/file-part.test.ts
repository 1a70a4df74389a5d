import assert from "node:assert/strict";
import { readdir, readlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "uvu";
import { gathered } from "../../../src/oci/http/index.ts";
import { readPartOf } from "../../../src/oci/layout/file-part.ts";
import { temporaryFolder } from "../temporary.ts";

const MIB = 1024 * 1024;

async function fileOf(bytes: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), "blob");
  await writeFile(file, bytes);
  return file;
}

/** Waits until this process has a file open no more, as far as the system tells. */
async function closed(file: string): Promise<void> {
  const isOpen = async (): Promise<boolean> => {
    const numbers = await readdir("/proc/self/fd").catch(() => []);
    const files = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => "")));
    return files.includes(file);
  };
  for (let waited = 0; await isOpen(); waited++) {
    assert.ok(waited < 200, `${file} is still open`);
    await pause(10);
  }
}

test("a part of a file is read, and the file is open no longer than that", async () => {
  const bytes = Buffer.from(Array.from({ length: 3 * MIB }, (_, at) => at % 251));
  const file = await fileOf(bytes);
  const part = await gathered(readPartOf(file, 700_000, 2 * MIB));
  assert.ok(part.equals(bytes.subarray(700_000, 700_000 + 2 * MIB)), "it is another part");
  await closed(file);
});

test("a stream that is given up in the middle of a read leaves no file open", async () => {
  const file = await fileOf(Buffer.alloc(3 * MIB));
  const stream = readPartOf(file, 0, 3 * MIB);
  await new Promise((resolve) => stream.once("data", resolve));
  stream.destroy();
  await closed(file);
});

test("a file that is not there, or ends earlier than when it was looked at, fails the stream", async () => {
  await assert.rejects(gathered(readPartOf("/nowhere/blob", 0, 10)), { code: "ENOENT" });
  const file = await fileOf(Buffer.alloc(2 * MIB));
  const pieces = readPartOf(file, 0, 2 * MIB)[Symbol.asyncIterator]();
  await pieces.next();
  await truncate(file, 1000);
  await assert.rejects(async () => {
    while (!(await pieces.next()).done);
  }, /blob is cut short/);
  await closed(file);
});

test("a signal that ends fails the stream with its reason", async () => {
  const stop = new AbortController();
  const stream = readPartOf(await fileOf(Buffer.alloc(3 * MIB)), 0, 3 * MIB, stop.signal);
  stream.once("data", () => stop.abort(new Error("enough")));
  await assert.rejects(gathered(stream), /enough/);
});

test.run();
