import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "uvu";
import { createRegistry, createTransfer, type Digest, type RegistryClient } from "../../../src/oci/index.ts";
import { createImagePlaces } from "../../../src/oci/transfer/image-places.ts";
import type { CopyRequest } from "../../../src/oci/transfer/request.ts";
import { startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { pushImage } from "../pushed-images.ts";

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
  assert.equal(await atOnce(between(source(1), target(50))), 25);
  assert.equal(await atOnce(between(source(90), target(1))), 45);
  assert.equal(await atOnce(between(source(400), target(400))), 64);
});

test("an end that has not answered yet, or is no registry, counts as near", async () => {
  assert.equal(await atOnce(between({ name: "source", roundTripMs: () => undefined }, { name: "archive" })), 12);
});

test("a source that lets all its images wait holds up no other's", async () => {
  const places = createImagePlaces();
  const stop = new AbortController();
  const request = between(source(1), target(1));
  const stuck = Array.from({ length: 20 }, () =>
    places.within(
      request,
      stop.signal,
      () => new Promise((_, reject) => stop.signal.addEventListener("abort", reject)),
    ),
  );
  const other = between({ name: "other" }, target(1));
  assert.equal(await places.within(other, never, async () => "brought"), "brought");
  stop.abort();
  await Promise.allSettled(stuck);
});

test("those that wait already are let in as soon as a source turns out to be far", async () => {
  let asked = 0;
  const late = { name: "source", roundTripMs: () => (++asked > 110 ? 200 : undefined) };
  assert.equal(await atOnce(between(late, target(1))), 64);
});

test("a transfer between near registries has twelve images on their way at most", async () => {
  const [from, to] = await Promise.all([startScriptedRegistry(), startScriptedRegistry()]);
  const [a, b] = [createRegistry({ host: from.host }), createRegistry({ host: to.host })];
  let [under, most] = [0, 0];
  const source: RegistryClient = {
    ...a,
    getManifest: async (...asked) => {
      most = Math.max(most, ++under);
      return a.getManifest(...asked);
    },
  };
  const registry: RegistryClient = {
    ...b,
    putManifest: async (...pushed) => {
      under -= 1;
      return b.putManifest(...pushed);
    },
  };
  const repositories = Array.from({ length: 30 }, (_, i) => `app${i}`);
  const images = await Promise.all(repositories.map((name) => pushImage(a, name, { layers: [randomBytes(100)] })));
  const { copy } = createTransfer();
  const copyOne = ({ digest }: { readonly digest: Digest }, i: number) => {
    const repository = `app${i}`;
    return copy({
      from: { source, repository, digest },
      to: { registry, repository, tag: "v1" },
      platforms: "all",
      tags: "mutable",
      stopping: never,
      killed: never,
    });
  };
  await Promise.all(images.map(copyOne));
  assert.ok((a.roundTripMs?.() ?? 0) > 0, "how far a registry is, is known by then");
  assert.ok(most > 6 && most <= 12, `${most} at once`);
  await Promise.all([from.stop(), to.stop()]);
});

test.run();
