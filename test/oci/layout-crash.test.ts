import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { openLayout } from "../../src/oci/layout/index.ts";
import { serveLayout } from "../../src/oci/server/index.ts";
import { inFolder } from "./temporary.ts";

const WRITER = fileURLToPath(new URL("./layout-writer.ts", import.meta.url));
const ROUNDS = 8;

/** Starts a process that stores images one after the other, kills it, and gives the tags it had reported done. */
async function writeAndKill(folder: string, round: number): Promise<string[]> {
  const child = spawn(process.execPath, ["--import", "tsx", WRITER, folder, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const done: string[] = [];
  const enough = 1 + round * 3;
  for await (const line of createInterface({ input: child.stdout })) {
    done.push(line);
    // The moment differs each time: some milliseconds after a report, in the middle of what follows.
    if (done.length === enough) setTimeout(() => child.kill("SIGKILL"), (round * 7) % 11);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return done;
}

async function checkBlobs(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, "blobs", "sha256"))) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, "blobs", "sha256", name)), hash);
    assert.equal(hash.digest("hex"), name);
  }
}

test("nothing that was reported done is lost when the writer is killed, and the layout opens and serves", () =>
  inFolder(async (folder) => {
    const done: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      done.push(...(await writeAndKill(folder, round)));
      await checkBlobs(folder);
      const tags = new Set((await openLayout(folder)).tags("app"));
      for (const tag of done) assert.ok(tags.has(tag), `${tag} was reported done and is lost`);
    }

    const registry = await serveLayout({ folder, listen: { host: "127.0.0.1", port: 0 } });
    try {
      for (const tag of registry.layout.tags("app") ?? []) {
        const answer = await fetch(`http://${registry.host}/v2/app/manifests/${tag}`);
        assert.equal(answer.status, 200);
        const manifest = (await answer.json()) as { layers: { digest: string; size: number }[] };
        const layer = manifest.layers[0];
        assert.ok(layer);
        const blob = await fetch(`http://${registry.host}/v2/app/blobs/${layer.digest}`);
        assert.equal((await blob.arrayBuffer()).byteLength, layer.size);
      }
    } finally {
      await registry.close();
    }
  }));

test.run();
