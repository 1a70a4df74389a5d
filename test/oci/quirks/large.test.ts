import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer, connect as dial, type Socket } from "node:net";
import { Readable } from "node:stream";
import { test } from "uvu";
import { createRegistry, createTransfer, type Digest } from "../../../src/oci/index.ts";
import { seededBytes, seededLayer } from "../../rig/blob.ts";
import { startDockerRegistry } from "../../rig/docker-registry.ts";
import { singleImage } from "../../rig/images.ts";
import { isUpload, profileNamed, type Quirk, startQuirkyRegistry } from "../../rig/quirks/index.ts";
import { hashOf } from "../../rig/quirks/store.ts";
import { missingCommand, requires } from "../../rig/skip.ts";
import { wholeAt } from "../../rig/whole.ts";

const never = new AbortController().signal;
const MEBIBYTE = 1024 * 1024;
/** What a test has started. */
const started: { stop(): Promise<void> }[] = [];
test.after.each(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

const quick = { backoff: { attempts: 4, baseMs: 1, capMs: 5 } };
const layer = seededLayer("twenty", 20 * MEBIBYTE);
const image = singleImage([layer], "oci");

/** The first upload of the layer breaks after so many bytes. */
function cutAt(bytes: number): Pick<Quirk, "cutUpload"> {
  let cuts = 0;
  return {
    cutUpload: ({ headers }) => (Number(headers["content-length"]) > bytes && cuts++ === 0 ? bytes : undefined),
  };
}

/** Copies the image between two servers. */
async function copy(fromHost: string, toHost: string): Promise<void> {
  const request = {
    from: { source: createRegistry({ host: fromHost }), repository: "team/app", digest: image.top.digest as Digest },
    to: { registry: createRegistry({ host: toHost, ...quick }), repository: "team/app", tag: "v1" },
    platforms: "all",
    tags: "mutable",
    stopping: never,
    killed: never,
  } as const;
  await createTransfer(quick).copy(request);
}

test("an upload that goes on reads its source from shortly before, not from the first byte", async () => {
  const [source, target] = await Promise.all([startQuirkyRegistry(), startQuirkyRegistry(cutAt(12 * MEBIBYTE))]);
  started.push(source, target);
  source.store.hold("team/app", "v1", image);
  await copy(source.host, target.host);
  assert.equal(target.store.faultOf("team/app", "v1", image), undefined);
  const again = source.log.filter(({ path }) => path.endsWith(layer.digest)).map(({ headers }) => headers.range);
  assert.equal(again.length, 2);
  const from = Number(/^bytes=(\d+)-$/.exec(again[1] ?? "")?.[1]);
  assert.ok(from >= 8 * MEBIBYTE && from <= 12 * MEBIBYTE, again[1]);
});

test("a large blob whose upload broke and cannot go on is sent in chunks", async () => {
  const lost = profileNamed("upload-lost-with-its-connection").quirk();
  const [source, target] = await Promise.all([
    startQuirkyRegistry(),
    startQuirkyRegistry({ ...lost, ...cutAt(19 * MEBIBYTE) }),
  ]);
  started.push(source, target);
  source.store.hold("team/app", "v1", image);
  await copy(source.host, target.host);
  assert.equal(target.store.faultOf("team/app", "v1", image), undefined);
  const chunks = target.log.filter(({ method }) => method === "PATCH").map(({ headers }) => headers["content-range"]);
  assert.deepEqual(chunks, [`0-${16 * MEBIBYTE - 1}`, `${16 * MEBIBYTE}-${layer.size - 1}`]);
});

test("a blob with a sha512 digest arrives, and the registry is told the algorithm beforehand", async () => {
  const target = await startQuirkyRegistry();
  started.push(target);
  const bytes = seededBytes("sha512", 100_000);
  const digest = hashOf("sha512", bytes) as Digest;
  const client = createRegistry({ host: target.host });
  await client.uploadBlob("team/app", { digest, size: bytes.length, open: async () => Readable.from([bytes]) }, never);
  assert.equal(target.log.find(isUpload)?.query.get("digest-algorithm"), "sha512");
  const read: Buffer[] = [];
  const blob = { mediaType: "application/octet-stream", digest, size: bytes.length };
  for await (const chunk of await client.openBlob("team/app", blob, never)) read.push(chunk as Buffer);
  assert.deepEqual(Buffer.concat(read), bytes);
});

const real = requires(test, missingCommand("docker-registry"));

real("on docker-registry a blob whose upload broke arrives whole all the same", async () => {
  const source = await startQuirkyRegistry();
  source.store.hold("team/app", "v1", image);
  const registry = await startDockerRegistry();
  assert.ok(registry);
  const line = await startBreakingLine(registry.host, 10 * MEBIBYTE);
  started.push(source, registry, line);
  await copy(source.host, line.host);
  assert.equal(line.breaks(), 1);
  assert.equal(await wholeAt(registry.host, "team/app", "v1", image), undefined);
  const log = (await registry.accessLog()).filter(({ path }) => path.includes("/blobs/uploads/"));
  assert.equal(
    log.filter(({ path, status }) => path.includes(encodeURIComponent(layer.digest)) && status === 201).length,
    1,
  );
});

/** A line to a server that breaks once, after so many bytes to it on one connection. */
async function startBreakingLine(host: string, bytes: number) {
  const [address = "", port = ""] = host.split(":");
  const sockets = new Set<Socket>();
  let breaks = 0;
  const server = createServer((near) => {
    const far = dial(Number(port), address);
    let passed = 0;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          near.destroy();
          far.destroy();
        });
    }
    near.on("data", (chunk: Buffer) => {
      passed += chunk.length;
      if (passed > bytes && breaks === 0) {
        breaks += 1;
        near.resetAndDestroy();
      }
    });
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    breaks: () => breaks,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.run();
