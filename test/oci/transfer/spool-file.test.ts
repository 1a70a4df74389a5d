import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "uvu";
import { createSpoolFile } from "../../../src/oci/transfer/spool-file.ts";
import { inFolder } from "../temporary.ts";

test("what was written is read, and a place that was given back is used again, neighbours as one", async () => {
  await inFolder(async (folder) => {
    const file = createSpoolFile(folder);
    const [first, second, third] = [await file.reserve(4), await file.reserve(6), await file.reserve(5)];
    assert.ok(first && second && third);
    await file.write(second, 0, Buffer.from("abc"));
    await file.write(second, 3, Buffer.from("def"));
    await file.write(third, 0, Buffer.from("other"));
    assert.equal(String(await file.read(second, 2, 4)), "cdef");
    file.release(second);
    file.release(first);
    const large = await file.reserve(9);
    assert.deepEqual(large, { start: 0, size: 9 });
    assert.deepEqual(await file.reserve(1), { start: 9, size: 1 });
    assert.deepEqual(await file.reserve(1), { start: 15, size: 1 });
    assert.equal(String(await file.read(third, 0, 5)), "other");
    await file.close();
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await file.reserve(1), undefined);
  });
});

test("more than the disk has is not taken", async () => {
  await inFolder(async (folder) => {
    const file = createSpoolFile(folder);
    assert.equal(await file.reserve(2 ** 52), undefined);
    await file.close();
  });
});

test.run();
