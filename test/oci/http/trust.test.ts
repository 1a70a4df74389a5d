import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import type { Failed } from "../../../src/failure/index.ts";
import { createHttp, discard } from "../../../src/oci/http/index.ts";
import { startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { missingCommand, requires } from "../../rig/skip.ts";

const never = new AbortController().signal;
const withOpenssl = requires(test, missingCommand("openssl"));

function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "trust-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", [...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const pems = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
  return pems;
}

withOpenssl("a certificate of one's own is trusted where it is named, and nowhere else", async () => {
  const tls = certificate();
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
