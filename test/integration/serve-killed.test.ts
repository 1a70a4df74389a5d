import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "uvu";
import { type Digest, digestOf, MediaType, openLayout } from "../../src/oci/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { startMirror, waitFor } from "../rig/cli.ts";

const ROUNDS = 20;
const signal = new AbortController().signal;

async function post(base: string, content: Buffer): Promise<Digest> {
  const digest = digestOf(content);
  const answer = await fetch(`${base}/blobs/uploads/?digest=${digest}`, { method: "POST", body: content });
  assert.equal(answer.status, 201);
  return digest;
}

/** Pushes images until the server is gone; tells of each one that it acknowledged. */
async function pushUntilGone(host: string, worker: string, acknowledged: (tag: string, digest: Digest) => void) {
  const base = `http://${host}/v2/app`;
  for (let count = 0; ; count++) {
    try {
      const config = await post(base, Buffer.from(JSON.stringify({ worker, count })));
      const content = randomBytes(200_000);
      const layer = await post(base, content);
      const body = JSON.stringify({
        schemaVersion: 2,
        mediaType: MediaType.ociManifest,
        config: { mediaType: MediaType.ociConfig, digest: config, size: JSON.stringify({ worker, count }).length },
        layers: [{ mediaType: MediaType.ociLayerGzip, digest: layer, size: content.length }],
      });
      const tag = `${worker}-${count}`;
      const headers = { "Content-Type": MediaType.ociManifest };
      const answer = await fetch(`${base}/manifests/${tag}`, { method: "PUT", body, headers });
      assert.equal(answer.status, 201);
      acknowledged(tag, digestOf(body));
    } catch (error) {
      // A connection that breaks is the only way in which a push may fail here.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

test(`killed ${ROUNDS} times while images are pushed: nothing that was acknowledged is lost or broken`, () =>
  inFolder(async (folder) => {
    const done = new Map<string, Digest>();
    for (let round = 0; round < ROUNDS; round++) {
      const running = startMirror(["serve", "images", "--quiet", "--gc", "--listen", "127.0.0.1:0"], { cwd: folder });
      const host = await waitFor("the start line", () => /at http:\/\/(\S+): /.exec(running.output())?.[1], 30_000);
      const workers = [1, 2, 3].map((worker) =>
        pushUntilGone(host, `${round}-${worker}`, (tag, digest) => done.set(tag, digest)),
      );
      await new Promise((resolve) => setTimeout(resolve, 60 + ((round * 137) % 400)));
      running.child.kill("SIGKILL");
      await once(running.child, "exit");
      await Promise.all(workers);

      const layout = await openLayout(join(folder, "images"));
      for (const [tag, digest] of done) {
        assert.equal((await layout.resolve("app", tag))?.digest, digest, `${tag} was acknowledged and is lost`);
      }
    }
    assert.ok(done.size >= ROUNDS, `${done.size} images`);
    const layout = await openLayout(join(folder, "images"));
    for (const tag of done.keys()) {
      const manifest = await layout.getManifest("app", tag, signal);
      assert.ok(manifest.kind === "image");
      // The stream fails unless size and digest are right.
      for (const blob of [manifest.config, ...manifest.layers]) {
        for await (const _ of await layout.openBlob("app", blob, signal));
      }
    }
  }));

test.run();
