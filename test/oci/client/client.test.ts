import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import type { Failed, Failure } from "../../../src/failure/index.ts";
import { createRegistry, defaultUrl, digestOf, MediaType, type RegistryClient } from "../../../src/oci/index.ts";
import { type Answer, errorAnswer, type ScriptedRegistry, startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { pushBlob, pushImage } from "../pushed-images.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 2, baseMs: 1, capMs: 5, patienceMs: 2000 } };

let registry: ScriptedRegistry;
let client: RegistryClient;

test.before.each(async () => {
  registry = await startScriptedRegistry();
  client = createRegistry({ host: registry.host, ...quick });
});
test.after.each(async () => {
  await registry.stop();
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    return (error as Failed).failure;
  }
  throw new Error("it did not fail");
}

const requests = (): string[] => registry.log.map(({ method, path }) => `${method} ${path}`);
const putOf = (bytes: Buffer) => ({ bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) });

test("Docker Hub and this machine are reached where they really are", () => {
  assert.equal(defaultUrl("docker.io"), "https://registry-1.docker.io");
  assert.equal(defaultUrl("quay.io"), "https://quay.io");
  assert.equal(defaultUrl("127.0.0.1:5000"), "http://127.0.0.1:5000");
  assert.equal(defaultUrl("main.localhost:5000"), "http://main.localhost:5000");
});

test("an image that was pushed is read back, byte for byte", async () => {
  const image = await pushImage(client, "a/b", { layers: [randomBytes(100_000)], tag: "v1" });
  const head = await client.headManifest("a/b", "v1", never);
  assert.deepEqual(head, { digest: image.digest, mediaType: image.mediaType, size: image.size });
  const manifest = await client.getManifest("a/b", "v1", never);
  assert.deepEqual(Buffer.from(manifest.bytes), Buffer.from(image.bytes));
});

test("a manifest that is not there is undefined to HEAD and a failure to GET", async () => {
  assert.equal(await client.headManifest("a/b", "v1", never), undefined);
  const failure = await failureOf(client.getManifest("a/b", "v1", never));
  assert.equal(failure.code, "registry/not-found");
  assert.equal(failure.message, `${registry.host} has no a/b:v1`);
});

test("where HEAD is refused or tells no digest, GET tells", async () => {
  const image = await pushImage(client, "a/b", { layers: [], tag: "v1" });
  for (const answer of [{ status: 405 }, { status: 200, headers: { "content-type": MediaType.ociManifest } }]) {
    registry.script = ({ method }) => (method === "HEAD" ? answer : undefined);
    assert.equal((await client.headManifest("a/b", "v1", never))?.digest, image.digest);
  }
});

test("a registry that sends another manifest than was asked for is named", async () => {
  const image = await pushImage(client, "a/b", { layers: [], tag: "v1" });
  registry.script = () => ({ status: 200, headers: { "content-type": MediaType.ociManifest }, body: "{}" });
  const failure = await failureOf(client.getManifest("a/b", image.digest, never));
  assert.equal(failure.code, "registry/digest-mismatch");
  assert.match(failure.message, new RegExp(`^${registry.host} sent another manifest`));
});

test("a registry that stores another manifest than was sent is named", async () => {
  registry.script = ({ method }) =>
    method === "PUT" ? { status: 201, headers: { "docker-content-digest": digestOf("other") } } : undefined;
  const failure = await failureOf(client.putManifest("a/b", "v1", putOf(Buffer.from("{}")), never));
  assert.equal(failure.code, "registry/digest-mismatch");
});

test("a blob is sent by one POST and one PUT, and the query of its address is kept", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.from("layer"));
  assert.deepEqual(
    registry.log.map(({ method, headers }) => [method, headers["content-length"]]),
    [
      ["POST", "0"],
      ["PUT", "5"],
    ],
  );
  assert.equal(await client.hasBlob("a/b", blob.digest, never), true);
  assert.equal(await client.hasBlob("a/c", blob.digest, never), false);
});

test("an empty blob arrives", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.alloc(0));
  assert.equal(await text(await client.openBlob("a/b", blob, never)), "");
});

test("an upload goes where the registry says, and credentials stay at home", async () => {
  const store = await startScriptedRegistry({ script: () => ({ status: 201 }) });
  registry.script = ({ method, headers }) => {
    if (headers.authorization === undefined) {
      return errorAnswer(401, "UNAUTHORIZED", "no", { "www-authenticate": 'Basic realm="x"' });
    }
    return method === "POST" ? { status: 202, headers: { location: `${store.url}/put?a=1` } } : undefined;
  };
  const credentials = async () => ({ kind: "basic", username: "u", password: "p" }) as const;
  await pushBlob(createRegistry({ host: registry.host, credentials }), "a/b", Buffer.from("x"));
  assert.equal(store.log[0]?.headers.authorization, undefined);
  assert.equal(store.log[0]?.query.get("a"), "1");
  await store.stop();
});

test("bytes that are not those of the digest never arrive whole", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.from("right bytes"));
  for (const [body, why] of [
    ["wrong bytes", /sent other bytes than those of/],
    ["right", /sent 5 of the 11 bytes/],
    ["right bytes and more", /sent more than the 11 bytes/],
  ] as const) {
    registry.script = () => ({ status: 200, headers: { "transfer-encoding": "chunked", "content-length": [] }, body });
    const received: Buffer[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const chunk of await client.openBlob("a/b", blob, never)) received.push(chunk as Buffer);
      })(),
    );
    assert.equal(failure.code, "registry/digest-mismatch");
    assert.match(failure.message, why);
    assert.ok(Buffer.concat(received).length < blob.size, body);
  }
});

test("a blob of another length than its manifest says is not even read", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.from("12345"));
  const failure = await failureOf(client.openBlob("a/b", { ...blob, size: 4 }, never));
  assert.match(failure.message, /has 5 bytes for .* and its manifest says 4/);
});

test("a connection that breaks in the middle of a blob is a failure that may pass", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.alloc(1000));
  registry.script = () => ({ status: 200, body: Buffer.alloc(1000), cutAfter: 500 });
  const failure = await failureOf(client.openBlob("a/b", blob, never).then(text));
  assert.equal(failure.code, "registry/unreachable");
  assert.equal(failure.class, "transient");
});

test("an upload whose source breaks fails with the source's failure, and is given up", async () => {
  const open = async (): Promise<Readable> =>
    Readable.from(
      (async function* () {
        yield Buffer.alloc(10);
        throw new Error("the source broke");
      })(),
    );
  const upload = client.uploadBlob("a/b", { digest: digestOf("x"), size: 20, open }, never);
  await assert.rejects(upload, /the source broke/);
  assert.equal(registry.log.at(-1)?.method, "DELETE");
  assert.equal(registry.blobs.size, 0);
});

test("a registry that refuses an upload before its end is heard", async () => {
  registry.script = ({ method }) => (method === "PUT" ? errorAnswer(413, "SIZE_INVALID", "too large") : undefined);
  const failure = await failureOf(pushBlob(client, "a/b", Buffer.alloc(20_000_000)));
  assert.deepEqual(failure.detail, ["413 SIZE_INVALID: too large"]);
});

test("a mount is done, or opens an upload, or is refused", async () => {
  const blob = await pushBlob(client, "a/b", Buffer.from("layer"));
  assert.deepEqual(await client.mountBlob("a/c", blob.digest, "a/b", never), { kind: "mounted" });
  const result = await client.mountBlob("a/d", digestOf("unknown"), "a/b", never);
  assert.ok(result.kind === "refused" && result.session !== undefined);
  registry.script = ({ query }) => (query.has("mount") ? errorAnswer(401, "UNAUTHORIZED", "no") : undefined);
  assert.deepEqual(await client.mountBlob("a/e", blob.digest, "a/b", never), { kind: "refused", session: undefined });
});

test("an upload goes on in the session that a mount opened", async () => {
  const result = await client.mountBlob("a/d", digestOf("layer"), "a/b", never);
  assert.ok(result.kind === "refused");
  const open = async (): Promise<Readable> => Readable.from([Buffer.from("layer")]);
  await client.uploadBlob("a/d", { digest: digestOf("layer"), size: 5, open }, never, result.session);
  assert.deepEqual(
    registry.log.map(({ method }) => method),
    ["POST", "PUT"],
  );
  assert.ok(await client.hasBlob("a/d", digestOf("layer"), never));
});

test("a redirect of a HEAD says that the blob is there", async () => {
  registry.script = () => ({ status: 307, headers: { location: "https://store.invalid/x" } });
  assert.equal(await client.hasBlob("a/b", digestOf("x"), never), true);
});

test("answers of registries in words", async () => {
  const put = () => failureOf(client.putManifest("a/b", "v1", putOf(Buffer.from("{}")), never));
  const cases: [Answer, string, string][] = [
    [errorAnswer(403, "DENIED", "requested access is denied"), "registry/denied", "permanent"],
    [errorAnswer(404, "NAME_UNKNOWN", "project unknown"), "registry/not-found", "permanent"],
    [
      errorAnswer(412, "PRECONDITION", "configured as immutable, cannot be updated"),
      "registry/immutable-tag",
      "conflict",
    ],
    [
      errorAnswer(400, "TAG_INVALID", "The image tag 'v1' already exists and is immutable"),
      "registry/immutable-tag",
      "conflict",
    ],
    [errorAnswer(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown"), "registry/blob-unknown", "transient"],
    [errorAnswer(429, "TOOMANYREQUESTS", "slow down"), "registry/rate-limited", "transient"],
    [{ status: 500, body: "<html><b>Oops</b></html>" }, "registry/server-error", "transient"],
    [errorAnswer(415, "UNSUPPORTED", "no such type here"), "registry/unexpected-answer", "permanent"],
  ];
  for (const [answer, code, kind] of cases) {
    registry.script = () => answer;
    const failure = await put();
    assert.deepEqual([failure.code, failure.class], [code, kind]);
    assert.match(failure.message, new RegExp(registry.host));
    assert.ok((failure.hint ?? "").length > 0 && !failure.message.endsWith("."));
  }
  registry.script = () => ({ status: 500, body: "<html><b>Oops</b></html>" });
  assert.deepEqual((await put()).detail, ["500 Oops"]);
});

test("tags are read page by page, in the server's order, null for none", async () => {
  registry.script = ({ query, path }) => {
    if (path.includes("empty")) return { status: 200, body: '{"name":"empty","tags":null}' };
    if (query.get("last") === null) {
      const link = '</v2/a/b/tags/list?n=2&last=v2>; rel="next"';
      return { status: 200, headers: { link }, body: '{"tags":["v1","v2"]}' };
    }
    // A proxy that does not know its own name.
    const link = '<http://internal:5000/v2/a/b/tags/list?n=2&last=v2>; rel="next"';
    return { status: 200, headers: { link }, body: '{"tags":["v10"]}' };
  };
  assert.deepEqual(await client.listTags("a/b", never), ["v1", "v2", "v10"]);
  assert.deepEqual(requests().length, 2);
  assert.equal(registry.log[0]?.query.get("n"), "1000");
  assert.deepEqual(await client.listTags("empty", never), []);
});

test("a page that is no list of tags is no empty list", async () => {
  registry.script = () => ({ status: 200, body: "<html>welcome</html>" });
  assert.equal((await failureOf(client.listTags("a/b", never))).code, "registry/unexpected-answer");
});

test.run();
