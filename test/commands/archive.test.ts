import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { layoutOf, smallSet, tarOf } from "../oci/archive/tars.ts";
import { temporaryFolder } from "../oci/temporary.ts";
import { runMirror } from "../rig/cli.ts";

test("a whole archive is said to be whole, and its images are listed", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a.tar"), tarOf(layoutOf(smallSet())));
  const verified = await runMirror(["archive", "verify", "a.tar"], { cwd });
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /^a\.tar is whole: 3 images, \d+ blobs, .* read and hashed/);
  const listed = await runMirror(["archive", "list", "a.tar", "--json"], { cwd });
  const { images } = JSON.parse(listed.stdout) as { images: { name: string; digest: string }[] };
  assert.deepEqual(
    images.map(({ name, digest }) => [name, digest]),
    smallSet().map(({ repository, tag, image }) => [`${repository}:${tag}`, image.top.digest]),
  );
  const table = await runMirror(["archive", "list", "a.tar"], { cwd });
  assert.match(table.stdout, /team\/app-1:1\.0 +sha256:[0-9a-f]{12}/);
});

test("blobs that are damaged or not there are all named", async () => {
  const cwd = await temporaryFolder();
  const images = smallSet();
  const entries = layoutOf(images);
  const bytes = tarOf(entries);
  const blob = images[1]?.image.blobs[1];
  assert.ok(blob !== undefined && Buffer.isBuffer(blob.content));
  bytes.write("X", bytes.indexOf(blob.content) + 20);
  await writeFile(join(cwd, "damaged.tar"), bytes);
  const damaged = await runMirror(["archive", "verify", "damaged.tar"], { cwd });
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, new RegExp(`archive/damaged: ${blob.digest} in .*damaged.tar is damaged`));

  const without = entries.filter(({ name }) => !name.endsWith(blob.digest.slice(7)));
  await writeFile(join(cwd, "short.tar"), tarOf(without));
  const short = await runMirror(["archive", "verify", "short.tar"], { cwd });
  assert.equal(short.code, 1);
  assert.match(short.stderr, /team\/app-2:1\.0 in short\.tar is not whole: a blob of it/);
});

test("two archives are compared by image", async () => {
  const cwd = await temporaryFolder();
  const [one, two, three] = smallSet();
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  await writeFile(join(cwd, "a.tar"), tarOf(layoutOf([one, two])));
  const moved = { ...two, image: three.image };
  await writeFile(join(cwd, "b.tar"), tarOf(layoutOf([moved, three])));
  const { stdout, code } = await runMirror(["archive", "diff", "a.tar", "b.tar"], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /removed +team\/app-1:1\.0/);
  assert.match(stdout, /changed +team\/app-2:1\.0 +sha256:\w+ → sha256:/);
  assert.match(stdout, /added +team\/app-3:1\.0/);
  assert.match(stdout, /3 differ, 0 are the same/);
});

test("a verb or file that is missing is a mistake on the command line", async () => {
  const cwd = await temporaryFolder();
  assert.equal((await runMirror(["archive", "verfy", "a.tar"], { cwd })).code, 2);
  assert.equal((await runMirror(["archive", "list"], { cwd })).code, 2);
  assert.equal((await runMirror(["archive", "diff", "a.tar"], { cwd })).code, 2);
});

test.run();
