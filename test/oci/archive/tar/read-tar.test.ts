import assert from "node:assert/strict";
import { test } from "uvu";
import { BLOCK, padded, writeHeader } from "../../../../src/oci/archive/tar/header.ts";
import { readTar } from "../../../../src/oci/archive/tar/read-tar.ts";
import type { ByteFile } from "../../../../src/oci/layout/byte-file.ts";

interface Counted extends ByteFile {
  reads: number;
  bytes: number;
}

/** A tar of entries of these sizes with nothing in them, and what is read of it. */
function tarOf(sizes: readonly number[]): Counted {
  const headers = new Map<number, Buffer>();
  let total = 0;
  for (const [index, size] of sizes.entries()) {
    headers.set(total, writeHeader({ name: `entry-${index}`, size, type: "0" }));
    total += BLOCK + padded(size);
  }
  const starts = [...headers.keys()];
  const counted: Counted = {
    reads: 0,
    bytes: 0,
    stat: async () => ({ size: total + 2 * BLOCK }),
    close: async () => {},
    read: async (buffer, offset, length, position) => {
      counted.reads += 1;
      counted.bytes += length;
      buffer.fill(0, offset, offset + length);
      let at = firstAfter(starts, position - BLOCK);
      for (let start = starts[at]; start !== undefined && start < position + length; start = starts[++at]) {
        if (start >= position) headers.get(start)?.copy(buffer, offset + start - position, 0, length);
      }
      return { bytesRead: Math.min(length, total + 2 * BLOCK - position) };
    },
  };
  return counted;
}

function firstAfter(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

test("ten thousand small entries are told from a few dozen reads", async () => {
  const tar = tarOf(Array.from({ length: 10_000 }, (_, index) => index % 3000));
  const entries = await readTar(tar, { name: "small.tar", end: "needed" });
  assert.equal(entries.length, 10_000);
  assert.deepEqual([entries[4321]?.name, entries[4321]?.size], ["entry-4321", 1321]);
  assert.ok(tar.reads < 60, `${tar.reads} reads`);
});

test("of large entries little more than their headers is read", async () => {
  const tar = tarOf(Array.from({ length: 1000 }, () => 100_000_000));
  const entries = await readTar(tar, { name: "large.tar", end: "needed" });
  assert.equal(entries.length, 1000);
  assert.ok(tar.bytes <= 1010 * 4096, `${tar.bytes} bytes`);
});

test("small entries between large ones do not make it read the large ones", async () => {
  const tar = tarOf(Array.from({ length: 1000 }, (_, index) => (index % 10 === 0 ? 50_000_000 : 900)));
  await readTar(tar, { name: "mixed.tar", end: "needed" });
  assert.ok(tar.bytes < 100 * 40_000, `${tar.bytes} bytes`);
});

test.run();
