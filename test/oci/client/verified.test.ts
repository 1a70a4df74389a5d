import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import { type Failure, failureOf } from "../../../src/failure/index.ts";
import { type Feed, verified } from "../../../src/oci/client/verified.ts";
import { digestOf } from "../../../src/oci/index.ts";

const content = Buffer.alloc(50_000, "0123456789");
const blob = { mediaType: "application/octet-stream", digest: digestOf(content), size: content.length };

test("a reader that is slow does not make a whole blob look cut short", async () => {
  const { stream, reopened } = streamOf([pieces(content, 1_000)]);
  assert.deepEqual(await slowly(stream), content);
  assert.equal(reopened(), 0);
});

test("a body that ends early is read on from where it stopped, however slow the reader is", async () => {
  const { stream, reopened } = streamOf(
    [pieces(content.subarray(0, 20_123), 1_000), pieces(content.subarray(20_123), 700)],
    [0, 20_123],
  );
  assert.deepEqual(await slowly(stream), content);
  assert.equal(reopened(), 1);
});

test("a server that sends more than was asked for again is understood: what is known is passed over", async () => {
  const { stream } = streamOf([pieces(content.subarray(0, 9_999), 1_000), pieces(content, 700)], [0, 0]);
  assert.deepEqual(await slowly(stream), content);
});

test("bytes behind the last are refused, in the same piece or in one of their own", async () => {
  for (const extra of [[Buffer.concat([content, Buffer.from("x")])], [content, Buffer.from("x")]]) {
    const failure = await failureIn(streamOf([extra]).stream);
    assert.equal(failure.code, "registry/digest-mismatch");
    assert.match(failure.message, /sent more than the 50000 bytes/);
  }
});

test("empty pieces change nothing, and an empty blob is whole", async () => {
  const none = Buffer.alloc(0);
  assert.deepEqual(await slowly(streamOf([[none, content, none, none]]).stream), content);
  const empty = { ...blob, digest: digestOf(""), size: 0 };
  assert.deepEqual(await slowly(streamOf([[none]], [0], empty).stream), none);
});

test("the last piece of a wrong blob is not given", async () => {
  const wrong = Buffer.from(content);
  wrong[49_999] = 0;
  const { stream } = streamOf([pieces(wrong, 10_000)]);
  let given = 0;
  stream.on("data", (piece: Buffer) => {
    given += piece.length;
  });
  assert.match((await failureIn(stream)).message, /sent other bytes/);
  assert.ok(given <= 40_000);
});

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** A blob that comes in bodies, each from its own start on; the next is opened when one is lost. */
function streamOf(bodies: readonly (readonly Buffer[])[], starts: readonly number[] = [0], of = blob) {
  let opened = 0;
  const next = (): Feed => {
    const index = opened++;
    const body = Readable.from(bodies[index] ?? [], { objectMode: false });
    return { body, start: starts[index] ?? 0, sender: "a server", explain: () => assert.fail("no error was expected") };
  };
  const stream = verified(next(), {
    blob: of,
    from: 0,
    begin: undefined,
    reopen: async () => next(),
    onClose: () => {},
  });
  return { stream, reopened: () => opened - 1 };
}

async function slowly(stream: Readable): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const piece of stream) {
    read.push(piece as Buffer);
    await delay(1);
  }
  return Buffer.concat(read);
}

async function failureIn(stream: Readable): Promise<Failure> {
  try {
    await slowly(stream);
  } catch (thrown) {
    return failureOf(thrown);
  }
  return assert.fail("it was taken");
}

test.run();
