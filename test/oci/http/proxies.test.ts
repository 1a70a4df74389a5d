import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { type Failed, failureOf } from "../../../src/failure/index.ts";
import { createHttp, proxiesIn, readBytes } from "../../../src/oci/http/index.ts";
import { createRegistry } from "../../../src/oci/index.ts";
import { startProxy } from "../../rig/proxy.ts";
import { withProxyEnvironment } from "../../rig/proxy-environment.ts";
import { startScriptedRegistry } from "../../rig/scripted-registry.ts";
import { missingCommand, requires } from "../../rig/skip.ts";

const never = new AbortController().signal;
const portOf = (url: string): number => Number(new URL(url).port);

test("a plain request goes through HTTP_PROXY, large bodies too, and the proxy alone knows the name", async () => {
  const body = Buffer.alloc(3_000_000, 7);
  const server = await startScriptedRegistry({ script: () => ({ status: 200, body }) });
  const proxy = await startProxy(portOf(server.url));
  const http = createHttp({ proxies: "environment" });
  await withProxyEnvironment({ HTTP_PROXY: `http://${proxy.host}` }, async () => {
    for (const answer of [undefined, "bulk"] as const) {
      const url = new URL("http://registry.test/v2/");
      const got = await http.send({ method: "GET", url, signal: never, ...(answer === undefined ? {} : { answer }) });
      assert.equal((await readBytes(got, body.length)).length, body.length);
    }
  });
  assert.deepEqual(proxy.asked, Array(2).fill("GET http://registry.test/v2/"));
  http.close();
  await proxy.stop();
  await server.stop();
});

test("what NO_PROXY names and what is this machine is reached directly", async () => {
  const server = await startScriptedRegistry({ script: () => ({ status: 200, body: "ok" }) });
  const proxy = await startProxy(portOf(server.url));
  const http = createHttp({ proxies: "environment", backoff: { attempts: 1 } });
  await withProxyEnvironment({ ALL_PROXY: `http://${proxy.host}`, NO_PROXY: "registry.test" }, async () => {
    const direct = await http.send({ method: "GET", url: new URL(server.url), signal: never });
    assert.equal(direct.status, 200);
    await direct.body.toArray();
    const excepted = http.send({ method: "GET", url: new URL("http://registry.test/"), signal: never });
    await assert.rejects(excepted, (error: Failed) => /name is not known|looked up/.test(error.message));
  });
  assert.deepEqual(proxy.asked, []);
  http.close();
  await proxy.stop();
  await server.stop();
});

test("a proxy that wants credentials is told as that, and given those of its address", async () => {
  const server = await startScriptedRegistry({ script: () => ({ status: 200, body: '{"tags":["1"]}' }) });
  const proxy = await startProxy(portOf(server.url), { credentials: "team:secret" });
  const listTags = async () => {
    const client = createRegistry({ host: "registry.test", url: "http://registry.test", proxies: "environment" });
    return client.listTags("app", never).finally(() => client.close());
  };
  const refused = await withProxyEnvironment({ HTTP_PROXY: `http://${proxy.host}` }, () => listTags().catch(failureOf));
  assert.equal("code" in refused ? refused.code : "", "registry/proxy-refused");
  const tags = await withProxyEnvironment({ HTTP_PROXY: `http://team:secret@${proxy.host}` }, listTags);
  assert.deepEqual(tags, ["1"]);
  await proxy.stop();
  await server.stop();
});

test("a proxy that is not there is named, without its password", async () => {
  const http = createHttp({ proxies: "environment", backoff: { attempts: 1 } });
  const failure = await withProxyEnvironment({ HTTP_PROXY: "http://team:secret@127.0.0.1:1" }, () =>
    http.send({ method: "GET", url: new URL("http://registry.test/"), signal: never }).catch(failureOf),
  );
  assert.ok("message" in failure);
  assert.match(failure.message, /registry\.test cannot be reached through the proxy 127\.0\.0\.1:1/);
  assert.doesNotMatch(JSON.stringify(failure), /secret/);
  http.close();
});

requires(test, missingCommand("openssl"))("TLS is tunnelled, and the certificate is the registry's own", async () => {
  const tls = certificate();
  const server = await startScriptedRegistry({ tls, script: () => ({ status: 200, body: "ok" }) });
  const proxy = await startProxy(portOf(server.url));
  const url = new URL("https://registry.test/v2/");
  await withProxyEnvironment({ HTTPS_PROXY: `http://${proxy.host}` }, async () => {
    const trusting = createHttp({ proxies: "environment", ca: tls.cert });
    const answer = await trusting.send({ method: "GET", url, signal: never });
    assert.equal(Buffer.from(await readBytes(answer, 10)).toString(), "ok");
    trusting.close();
    const strict = createHttp({ proxies: "environment", backoff: { attempts: 1 } });
    const failure = await strict.send({ method: "GET", url, signal: never }).catch(failureOf);
    assert.ok("message" in failure && /certificate is not trusted/.test(failure.message));
    strict.close();
  });
  assert.equal(proxy.asked[0], "CONNECT registry.test:443");
  await proxy.stop();
  await server.stop();
});

test("only an environment that names a proxy has what reads it loaded", () => {
  assert.equal(proxiesIn({ NO_PROXY: "a", http_proxy: "" }), "none");
  assert.equal(proxiesIn({ https_proxy: "http://proxy" }), "environment");
  assert.equal(proxiesIn({ ALL_PROXY: "http://proxy" }), "environment");
});

function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "proxies-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:registry.test", "-days", "2"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", [...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const pems = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
  return pems;
}

test.run();
