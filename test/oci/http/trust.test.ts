import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
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

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  withOpenssl(`a session of ${version} is resumed by the connections after the first`, async () => {
    const tls = await certificateFor("127.0.0.1");
    await withServer(tls, version, async (url, reused) => {
      const http = createHttp({ ca: tls.cert });
      for (let i = 0; i < 3; i++) await http.send({ method: "GET", url, signal: never });
      http.close();
      assert.deepEqual(reused, [false, true, true]);
    });
  });

  withOpenssl(`a certificate of another host is refused over ${version} each time it is shown`, async () => {
    const tls = await certificateFor("127.0.0.9");
    await withServer(tls, version, async (url) => {
      const http = createHttp({ ca: tls.cert });
      for (let i = 0; i < 3; i++) {
        await assert.rejects(http.send({ method: "GET", url, signal: never }), /certificate is not trusted/);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      http.close();
    });
  });
}

/** A server that closes each connection after its answer, and notes which of them resumed a session. */
async function withServer(
  tls: { readonly cert: string; readonly key: string },
  version: "TLSv1.2" | "TLSv1.3",
  body: (url: URL, reused: readonly boolean[]) => Promise<void>,
): Promise<void> {
  const reused: boolean[] = [];
  const server = createServer({ ...tls, minVersion: version, maxVersion: version }, (request, response) => {
    reused.push((request.socket as TLSSocket).isSessionReused());
    response.setHeader("connection", "close").end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await body(new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`), reused);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test.run();
