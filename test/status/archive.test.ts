import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import type { Failure } from "../../src/failure/index.ts";
import { openArchive } from "../../src/oci/index.ts";
import type { LockedImage } from "../../src/release/index.ts";
import { surveyArchive, verdictOf } from "../../src/status/index.ts";
import { layoutOf, smallSet, tarOf } from "../oci/archive/tars.ts";
import { inFolder } from "../oci/temporary.ts";
import { digestOf, locked, lockWith, manifestBytes, statesOf } from "./rig.ts";

const everything = { isSelected: () => true, referenced: undefined, disagreements: new Map<string, Failure>() };

test("offline, an archive is compared with the lock: there, at another digest, missing", () =>
  inFolder(async (folder) => {
    const [one, two] = smallSet(2);
    assert.ok(one && two);
    const file = join(folder, "release.tar");
    await writeFile(file, tarOf(layoutOf([one, two])));
    const lockedAs = (name: string, tag: string, bytes: Buffer): LockedImage => ({
      ...locked(name, tag, bytes),
      repository: `docker.io/${name}`,
    });
    const lock = lockWith({
      one: lockedAs(one.repository, one.tag, one.image.top.bytes),
      two: lockedAs(two.repository, two.tag, manifestBytes("another")),
      three: lockedAs("team/three", "1.0", manifestBytes("three")),
    });
    const archive = await openArchive([file]);
    try {
      const status = await surveyArchive(lock, archive, everything);
      assert.deepEqual(statesOf(status), [
        "one release.tar up-to-date",
        "two release.tar other-digest",
        "three release.tar missing",
      ]);
      assert.equal(verdictOf(status).exitCode, 1);
      assert.equal(
        verdictOf(await surveyArchive(lock, archive, { ...everything, isSelected: (name) => name === "one" })).exitCode,
        0,
      );
    } finally {
      await archive.close();
    }
  }));

test("an index that was saved for some platforms alone is what the lock has of them", () =>
  inFolder(async (folder) => {
    const [index] = smallSet(1);
    assert.ok(index);
    const file = join(folder, "release.tar");
    await writeFile(file, tarOf(layoutOf([index])));
    const whole = manifestBytes("the index with more platforms than were saved");
    const children = index.image.children.filter(({ bytes }) => !bytes.includes("in-toto"));
    const platforms = new Map(
      children.map(({ bytes }, at) => [`linux/p${at}`, { digest: digestOf(bytes), size: undefined }]),
    );
    const entry = { ...locked("x", index.tag, whole), repository: `docker.io/${index.repository}`, platforms };
    const archive = await openArchive([file]);
    try {
      assert.deepEqual(statesOf(await surveyArchive(lockWith({ x: entry }), archive, everything)), [
        "x release.tar up-to-date",
      ]);
    } finally {
      await archive.close();
    }
  }));

test("what the config wants otherwise than the lock has it is unknown, also where the lock does not have it at all", () =>
  inFolder(async (folder) => {
    const [one] = smallSet(1);
    assert.ok(one);
    const file = join(folder, "release.tar");
    await writeFile(file, tarOf(layoutOf([one])));
    const entry = { ...locked("one@1", one.tag, one.image.top.bytes), repository: `docker.io/${one.repository}` };
    const failure: Failure = { code: "lock/disagrees", class: "usage", message: "one has another rule" };
    const archive = await openArchive([file]);
    try {
      const disagreements = new Map([
        ["one", failure],
        ["new", { ...failure, message: "new is not in the lock" }],
      ]);
      const status = await surveyArchive(lockWith({ "one@1": entry }), archive, { ...everything, disagreements });
      assert.deepEqual(statesOf(status), ["one@1 release.tar unknown", "new release.tar unknown"]);
      assert.equal(verdictOf(status).exitCode, 1);
    } finally {
      await archive.close();
    }
  }));

test.run();
