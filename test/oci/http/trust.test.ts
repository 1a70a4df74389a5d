import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed } from "../../../src/failure/index.ts";
import { createHttp, discard } from "../../../src/oci/http/index.ts";
import { certificateFor } from "../../rig/certificate.ts";
import { startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { missingCommand, requires } from "../../rig/skip.ts";

const never = new AbortController().signal;
const withOpenssl = requires(test, missingCommand("openssl"));

withOpenssl("a certificate of one's own is trusted where it is named, and nowhere else", async () => {
  const tls = await certificateFor("127.0.0.1");
  const server = await startScriptedRegistry({ tls, script: () => ({ status: 200, body: "ok" }) });
  const url = new URL(server.url);
  const trusting = createHttp({ ca: tls.cert });
  const answer = await trusting.send({ method: "GET", url, signal: never });
  assert.equal(answer.status, 200);
  discard(answer);
  await assert.rejects(createHttp().send({ method: "GET", url, signal: never }), (error: Failed) => {
    assert.equal(error.failure.code, "registry/unreachable");
    assert.equal(error.failure.class, "permanent");
    assert.match(error.failure.message, /certificate is not trusted/);
    return true;
  });
  await server.stop();
});

withOpenssl("a server without TLS where TLS is expected is told as that", async () => {
  const server = await startScriptedRegistry();
  const url = new URL(server.url.replace("http:", "https:"));
  await assert.rejects(createHttp().send({ method: "GET", url, signal: never }), (error: Failed) => {
    assert.match(error.failure.message, /does not speak TLS/);
    return true;
  });
  await server.stop();
});

test.run();
