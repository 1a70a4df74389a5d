import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "uvu";
import { openConnections } from "../../src/registries/index.ts";
import { pullLimitWarnings, resolvePins } from "../../src/release/index.ts";
import { withConfig } from "../config/temp-config.ts";

test("fewer pulls left than images to pull are a warning before anything is pulled", () =>
  warningsAt("1;w=21600", (warnings) => {
    assert.deepEqual(warnings, ["docker.io allows 1 more pulls within 6 h, and this run may need 2"]);
  }));

test("as many as are needed, and a host that says nothing, are none", async () => {
  await warningsAt("2;w=21600", (warnings) => assert.deepEqual(warnings, []));
  await warningsAt(undefined, (warnings) => assert.deepEqual(warnings, []));
});

/** Two images at a registry that says how many pulls are left. */
async function warningsAt(remaining: string | undefined, check: (warnings: string[]) => void): Promise<void> {
  const digest = `sha256:${"a".repeat(64)}`;
  const server = createServer((_request, response) => {
    if (remaining !== undefined) response.setHeader("ratelimit-remaining", remaining);
    response.setHeader("docker-content-digest", digest);
    response.setHeader("content-type", "application/vnd.oci.image.manifest.v1+json");
    response.setHeader("content-length", "100");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const text = `version: 1
upstreams: { docker.io: { host: "${host}" } }
images:
  mysql: { from: docker.io/library/mysql, version: "8.0" }
  redis: { from: docker.io/library/redis, version: "7" }
`;
  await withConfig(text, {}, async (config) => {
    const connections = openConnections(config, { env: {}, home: "/nonexistent", onSecret: () => {} });
    const options = { connections, emit: () => {}, signal: new AbortController().signal };
    const pins = await resolvePins(config, ["mysql", "redis"], options);
    const warnings = await pullLimitWarnings(config, pins, connections);
    await connections.close();
    check(warnings.map(({ message }) => message));
  });
  await new Promise((resolve) => server.close(resolve));
}

test.run();
