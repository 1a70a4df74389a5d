// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs are written with ${…}
import assert from "node:assert/strict";
import { test } from "uvu";
import { failuresOfConfig, withConfig } from "./temp-config.ts";

test("accounts stand beside auth, by path, and are read when they are needed", async () => {
  const text = `version: 1
registries:
  rhcr:
    type: rhcr
    vendor: seldonio
    apiKey: "\${env:PYXIS_API_KEY}"
    accounts:
      redhat-isv-containers/65f0c2a1b3d4e5f60718293a: { username: robot-a, password: "\${env:KEY_A}" }
      redhat-isv-containers/65f0c2a1b3d4e5f60718293b: { token: "\${env:KEY_B}" }
`;
  await withConfig(text, { env: { KEY_A: "a", KEY_B: "b", PYXIS_API_KEY: "k" } }, async ({ registries }) => {
    const rhcr = registries.get("rhcr");
    assert.ok(rhcr?.type === "rhcr");
    const [a, b] = [...rhcr.endpoint.accounts.values()];
    assert.ok(a?.kind === "basic" && b?.kind === "token");
    assert.deepEqual([await a.password.read(), await b.token.read(), await rhcr.apiKey?.read()], ["a", "b", "k"]);
  });
});

test("a repository is created only with a token, and only there is a scan readable", async () => {
  const text = `version: 1
registries:
  quay: { type: quay, namespace: seldon, createRepository: public }
  plain: { type: quay, namespace: seldon }
  oci: { type: oci, host: registry.example.com }
images:
  mysql: { from: mysql, version: "8.0" }
targets:
  a: { registry: oci, images: [mysql], scanned: { max: high } }
  b: { registry: plain, images: [mysql], scanned: { max: high } }
`;
  assert.deepEqual(
    (await failuresOfConfig(text)).map(({ message, place }) => [message, place?.line]),
    [
      ["Quay's API, which creates repositories, wants a token", 3],
      ["The registry oci is of type oci, whose scans mirror cannot read", 9],
      ["Quay's API, which knows of scans, wants a token, and the registry plain has none", 10],
    ],
  );
});

test("a key that is written into the config is warned of", async () => {
  const text = 'version: 1\nregistries:\n  rhcr: { type: rhcr, vendor: v, apiKey: "0123456789" }\n';
  await withConfig(text, {}, ({ warnings }) => assert.equal(warnings[0]?.code, "config/literal-secret"));
});

test.run();
