import assert from "node:assert/strict";
import { suite } from "uvu";
import { createRegistry, digestOf } from "../../src/oci/index.ts";
import { createHeads } from "../../src/release/heads.ts";
import { startScriptedRegistry } from "../rig/scripted-registry.ts";

const heads = suite("what tags stand at");
const signal = new AbortController().signal;
const mediaType = "application/vnd.oci.image.index.v1+json";
const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] }));

heads("a reference is asked for once, however many have it; a GET tells what a HEAD tells", async () => {
  const { askHead, at, log, stop } = await opened();
  const [one, other] = await Promise.all([askHead(at, "1.0", "GET"), askHead(at, "1.0", "GET")]);
  assert.equal(one, other);
  assert.deepEqual(one, await askHead(at, "1.0", "HEAD"));
  assert.equal(one?.size, bytes.length);
  assert.deepEqual(
    log.map(({ method, path }) => `${method} ${path}`),
    ["GET /v2/team/app/manifests/1.0", "HEAD /v2/team/app/manifests/1.0"],
  );
  await stop();
});

heads("a manifest that is not there is no failure, and other bytes than the registry names are one", async () => {
  const { askHead, at, stop } = await opened();
  assert.equal(await askHead(at, "2.0", "GET"), undefined);
  await assert.rejects(askHead(at, "lie", "GET"), /sent another manifest than team\/app:lie/);
  await stop();
});

async function opened() {
  const server = await startScriptedRegistry();
  server.manifests.set("team/app 1.0", { mediaType, bytes });
  const answer = {
    headers: { "content-type": mediaType, "docker-content-digest": digestOf("other bytes") },
    body: bytes,
  };
  server.script = ({ path }) => (path.endsWith("/lie") ? { status: 200, ...answer } : undefined);
  const registry = createRegistry({ host: server.host });
  const stop = async () => {
    registry.close();
    await server.stop();
  };
  return { askHead: createHeads(signal), at: { registry, repository: "team/app" }, log: server.log, stop };
}

heads.run();
