import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "uvu";
import { gathered, WholeStream } from "../../../src/oci/http/index.ts";

test("the pieces of a stream are put together, and what is whole is taken as it is", async () => {
  assert.equal(String(await gathered(Readable.from([Buffer.from("two "), Buffer.from("pieces")]))), "two pieces");
  const bytes = Buffer.from("whole");
  assert.equal(await gathered(new WholeStream(bytes)), bytes);
});

test("a stream that fails is gathered by nobody", async () => {
  async function* failing() {
    yield Buffer.from("some");
    throw new Error("lost");
  }
  await assert.rejects(gathered(Readable.from(failing())), /lost/);
});

test.run();
