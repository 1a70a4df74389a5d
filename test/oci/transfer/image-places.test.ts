import assert from "node:assert/strict";
import { test } from "uvu";
import { createImagePlaces } from "../../../src/oci/transfer/image-places.ts";
import type { CopyRequest } from "../../../src/oci/transfer/request.ts";

const never = new AbortController().signal;

type Request = Pick<CopyRequest, "from" | "to">;
interface End {
  readonly name: string;
  readonly roundTripMs?: () => number | undefined;
}

const source = (ms: number): End => ({ name: "source", roundTripMs: () => ms });
const target = (ms: number): End => ({ name: "target", roundTripMs: () => ms });

function between(source: End, registry: End): Request {
  return { from: { source, repository: "a" }, to: { registry, repository: "a" } } as unknown as Request;
}

/** How many of a hundred images are on their way at once. */
async function atOnce(request: Request): Promise<number> {
  const places = createImagePlaces();
  let [under, most] = [0, 0];
  const copy = async (): Promise<void> => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
  };
  await Promise.all(Array.from({ length: 100 }, () => places.within(request, never, copy)));
  return most;
}

test("between near ends few images are on their way at once, and the more the farther one of them is", async () => {
  assert.equal(await atOnce(between(source(1), target(2))), 12);
  assert.equal(await atOnce(between(source(1), target(50))), 17);
  assert.equal(await atOnce(between(source(90), target(1))), 30);
  assert.equal(await atOnce(between(source(400), target(400))), 64);
});

test("an end that has not answered yet, or is no registry, counts as near", async () => {
  assert.equal(await atOnce(between({ name: "source", roundTripMs: () => undefined }, { name: "archive" })), 12);
});

test("those that wait already are let in as soon as a source turns out to be far", async () => {
  let asked = 0;
  const late = { name: "source", roundTripMs: () => (++asked > 110 ? 200 : undefined) };
  assert.equal(await atOnce(between(late, target(1))), 64);
});

test.run();
