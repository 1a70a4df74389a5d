import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import { type CopyRequest, createRegistry, createTransfer, digestOf } from "../../../src/oci/index.ts";
import { type ScriptedRegistry, startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { pushImage } from "../pushed-images.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 2, baseMs: 1, capMs: 5, patienceMs: 2000 } };
const layer = randomBytes(2_000_000);

interface Rig {
  readonly from: ScriptedRegistry;
  readonly to: ScriptedRegistry;
  /** Where the layer's URL leads. */
  readonly store: ScriptedRegistry;
  readonly image: Awaited<ReturnType<typeof pushImage>>;
  readonly copy: (foreignLayers: CopyRequest["foreignLayers"]) => ReturnType<ReturnType<typeof createTransfer>["copy"]>;
}

/** An image with a layer that its manifest says is had from a URL. */
async function withRig(body: (rig: Rig) => Promise<void>): Promise<void> {
  const [from, to, store] = await Promise.all([1, 2, 3].map(() => startScriptedRegistry()));
  assert.ok(from && to && store);
  const source = createRegistry({ host: from.host, ...quick });
  const foreign = {
    mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    digest: digestOf(layer),
    size: layer.length,
    urls: [`http://${store.host}/gone`, `http://${store.host}/layer`],
  };
  const image = await pushImage(source, "src/app", { layers: [randomBytes(10)], foreign });
  store.script = ({ path }) => (path === "/layer" ? { status: 200, body: layer } : { status: 404 });
  try {
    await body({
      from,
      to,
      store,
      image,
      copy: (foreignLayers) =>
        createTransfer(quick).copy({
          from: { source, repository: "src/app", digest: image.digest },
          to: { registry: createRegistry({ host: to.host, ...quick }), repository: "app", tag: "v1" },
          ...(foreignLayers && { foreignLayers }),
          platforms: "all",
          tags: "mutable",
          stopping: never,
          killed: never,
        }),
    });
  } finally {
    await Promise.all([from, to, store].map((registry) => registry.stop()));
  }
}

const atTarget = ({ to }: Rig): Uint8Array | undefined => to.blobs.get(`app ${digestOf(layer)}`);

test("a foreign layer that the registry has comes from there", async () => {
  await withRig(async (rig) => {
    rig.from.blobs.set(`src/app ${digestOf(layer)}`, layer);
    await rig.copy("copy");
    assert.deepEqual(atTarget(rig), layer);
    assert.equal(rig.store.log.length, 0);
  });
});

test("one that it does not have comes from the first URL that has it; the manifest stays as it is", async () => {
  await withRig(async (rig) => {
    await rig.copy("copy");
    assert.deepEqual(atTarget(rig), layer);
    assert.deepEqual(rig.to.manifests.get("app v1")?.bytes, rig.image.bytes);
    assert.deepEqual(
      rig.store.log.map(({ path, headers }) => [path, headers.authorization]),
      [
        ["/gone", undefined],
        ["/layer", undefined],
      ],
    );
  });
});

test("unless it is asked for, nobody looks for it", async () => {
  await withRig(async (rig) => {
    await rig.copy(undefined);
    await rig.copy("skip");
    assert.equal(atTarget(rig), undefined);
    assert.equal(rig.store.log.length, 0);
  });
});

test("an image that is up to date without it gets it later, and only it", async () => {
  await withRig(async (rig) => {
    await rig.copy("skip");
    const late = await rig.copy("copy");
    assert.deepEqual([late.changed, late.bytes], [true, layer.length]);
    assert.deepEqual(atTarget(rig), layer);
    const again = await rig.copy("copy");
    assert.deepEqual([again.changed, again.bytes], [false, 0]);
  });
});

test("a URL that has other bytes is named, and nothing arrives", async () => {
  await withRig(async (rig) => {
    rig.store.script = ({ path }) =>
      path === "/layer" ? { status: 200, body: randomBytes(2_000_000) } : { status: 404 };
    await assert.rejects(rig.copy("copy"), (error) => {
      assert.ok(error instanceof Failed);
      assert.equal(error.failure.code, "registry/digest-mismatch");
      assert.match(error.failure.message, new RegExp(rig.store.host));
      return true;
    });
    assert.equal(atTarget(rig), undefined);
    assert.equal(rig.to.manifests.has("app v1"), false);
  });
});

test("where no URL has it either, the registry's answer is what is told", async () => {
  await withRig(async (rig) => {
    rig.store.script = () => ({ status: 404 });
    await assert.rejects(rig.copy("copy"), (error) => {
      assert.ok(error instanceof Failed);
      assert.match(error.failure.message, new RegExp(rig.from.host));
      return true;
    });
    assert.equal(rig.to.manifests.has("app v1"), false);
  });
});

test.run();
