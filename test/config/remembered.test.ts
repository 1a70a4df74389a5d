import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { readYamlFile } from "../../src/config/read-yaml.ts";

const TEXT = "images:\n  app: { from: &from docker.io/a, size: 3 }\n  other: { from: *from, password: hidden }\n";

test("a text is remembered, and read the same again, places and masks included", async () => {
  await inFolder(async (path, memory) => {
    const first = await readYamlFile(path, "mirror.config.yaml", TEXT);
    assert.ok(existsSync(memory));
    const second = await readYamlFile(path, "mirror.config.yaml", TEXT);
    assert.deepEqual(second.value(), first.value());
    for (const at of [
      ["images", "app", "from"],
      ["images", "other", "from"],
      ["images", "other", "password"],
      ["none"],
    ]) {
      assert.deepEqual(
        second.source.place(second.source.valueSpan(at)),
        first.source.place(first.source.valueSpan(at)),
      );
    }
    const masked = second.source.place(second.source.keySpan(["images", "other", "password"]));
    assert.doesNotMatch(masked.text, /hidden/);
  });
});

test("it is the memory that is read", async () => {
  await inFolder(async (path, memory) => {
    await readYamlFile(path, "x.yaml", TEXT);
    const [head, reading = ""] = readFileSync(memory, "utf8").split("\n");
    assert.equal(JSON.parse(reading).value.images.app.size, 3);
    assert.match(head ?? "", /^1 [0-9a-f]{64} [0-9a-f]{64}$/);
  });
});

test("another text is read anew, and is what is remembered then", async () => {
  await inFolder(async (path) => {
    await readYamlFile(path, "x.yaml", TEXT);
    const changed = TEXT.replace("size: 3", "size: 4");
    for (const text of [changed, changed, TEXT]) {
      const { value } = await readYamlFile(path, "x.yaml", text);
      const { images } = value() as { images: { app: { size: number } } };
      assert.equal(images.app.size, text === TEXT ? 3 : 4);
    }
  });
});

test("a memory that is damaged or cut off is not believed", async () => {
  await inFolder(async (path, memory) => {
    const { value } = await readYamlFile(path, "x.yaml", TEXT);
    const whole = readFileSync(memory, "utf8");
    for (const damaged of [whole.replace('"size":3', '"size":5'), whole.slice(0, -10), "", "\n{}", "{}"]) {
      writeFileSync(memory, damaged);
      assert.deepEqual((await readYamlFile(path, "x.yaml", TEXT)).value(), value());
      assert.equal(readFileSync(memory, "utf8"), whole);
    }
  });
});

test("what is wrong, or what JSON would change, is not remembered", async () => {
  await inFolder(async (path, memory) => {
    for (const text of ["a: [1\n", "a: 1\na: 2\n", "a: *b\n", "a: .inf\n", "a: -0\n", "a: !!binary aGk=\n"]) {
      await readYamlFile(path, "x.yaml", text);
      assert.equal(existsSync(memory), false, text);
    }
  });
});

test("nothing is written where there is no .mirror", async () => {
  await inFolder(async (path) => {
    rmSync(join(path, "../.mirror"), { recursive: true });
    assert.deepEqual((await readYamlFile(path, "x.yaml", "a: 1\n")).value(), { a: 1 });
    assert.deepEqual(readdirSync(join(path, "..")), []);
  });
});

test("a .mirror is made for it where that is asked for, and the text is one", async () => {
  await inFolder(async (path, memory) => {
    rmSync(join(path, "../.mirror"), { recursive: true });
    await readYamlFile(path, "x.yaml", "a: [1\n", "made");
    assert.deepEqual(readdirSync(join(path, "..")), []);
    await readYamlFile(path, "x.yaml", "a: 1\n", "made");
    assert.ok(existsSync(memory));
  });
});

async function inFolder(check: (path: string, memory: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mirror-remembered-"));
  try {
    mkdirSync(join(folder, ".mirror"));
    await check(join(folder, "mirror.config.yaml"), join(folder, ".mirror/readings/mirror.config.yaml.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.run();
