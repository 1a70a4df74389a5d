import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { assembleImage, createRegistry, createTransfer, serveLayout } from "../../src/oci/index.ts";
import { runMirror } from "../rig/cli.ts";
import { startProxy } from "../rig/proxy.ts";

const idle = new AbortController().signal;

/** A registry that only a company's proxy knows, and a target on this machine that it must not be asked for. */
test("images come through the proxy, and what mirror serves itself is reached directly", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-proxies-"));
  const upstream = await serveLayout({ folder: join(folder, "upstream"), listen: { host: "127.0.0.1", port: 0 } });
  await publish(upstream.host);
  const proxy = await startProxy(Number(upstream.host.split(":")[1]), { credentials: "team:secret" });
  await writeFile(
    join(folder, "mirror.config.yaml"),
    `version: 1
upstreams: { registry.test: { host: registry.test, scheme: http } }
registries: { local: { type: embedded, folder: registry } }
images: { app: { from: registry.test/team/app, version: "1" } }
targets: { local: { registry: local, images: [app] } }
`,
  );
  const run = (address: string) => {
    const none = { http_proxy: "", https_proxy: "", no_proxy: "", HTTPS_PROXY: "", NO_PROXY: "", HTTP_PROXY: "" };
    return runMirror(["run"], { cwd: folder, env: { ...none, ALL_PROXY: `http://${address}` } });
  };
  const done = async (): Promise<void> => {
    await proxy.stop();
    await upstream.close();
    await rm(folder, { recursive: true });
  };
  const runs = async () => [await run(proxy.host), await run(`team:secret@${proxy.host}`)] as const;
  const [refused, { code, stdout }] = await runs().finally(done);
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stdout, /The proxy before registry\.test wants credentials/);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /copy:local\/app +copied sha256:/);
  assert.ok(proxy.asked.length > 0 && proxy.asked.every((line) => line.includes("registry.test")), proxy.asked.join());
  assert.doesNotMatch(stdout + refused.stdout, /secret/);
});

async function publish(host: string): Promise<void> {
  const client = createRegistry({ host });
  const files = [{ path: "name", source: Buffer.from("app") }];
  const image = await assembleImage({ name: "app", files, platforms: ["linux/amd64"] }, idle);
  await createTransfer().copy({
    from: { source: image, repository: "app", digest: image.digest },
    to: { registry: client, repository: "team/app", tag: "1" },
    platforms: "all",
    tags: "mutable",
    stopping: idle,
    killed: idle,
  });
  client.close();
}

test.run();
