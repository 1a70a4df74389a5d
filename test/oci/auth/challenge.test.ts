import assert from "node:assert/strict";
import { test } from "uvu";
import { parseChallenges } from "../../../src/oci/auth/challenge.ts";

const plain = (...headers: string[]) =>
  parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test("a bearer challenge, as Docker Hub sends it", () => {
  const header =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"';
  assert.deepEqual(plain(header), [
    [
      "bearer",
      { realm: "https://auth.docker.io/token", service: "registry.docker.io", scope: "repository:a/b:pull,push" },
    ],
  ]);
});

test("several challenges in one header, as Codeberg sends them", () => {
  assert.deepEqual(
    plain(
      'Bearer realm="https://c/v2/token",service="container_registry",scope="*",Basic realm="https://c/v2", charset="UTF-8"',
    ),
    [
      ["bearer", { realm: "https://c/v2/token", service: "container_registry", scope: "*" }],
      ["basic", { realm: "https://c/v2", charset: "UTF-8" }],
    ],
  );
});

test("several headers, any case, spaces around the equals sign", () => {
  assert.deepEqual(plain("BASIC Realm = here", 'bearer REALM="r"'), [
    ["basic", { realm: "here" }],
    ["bearer", { realm: "r" }],
  ]);
});

test("quotation marks and backslashes inside quotes", () => {
  assert.deepEqual(plain('Basic realm="say \\"hi\\", \\\\ and, more"'), [
    ["basic", { realm: 'say "hi", \\ and, more' }],
  ]);
});

test("schemes without parameters, and with opaque data", () => {
  assert.deepEqual(plain("Negotiate, Basic realm=x"), [
    ["negotiate", {}],
    ["basic", { realm: "x" }],
  ]);
  assert.deepEqual(plain("Negotiate YIIJvwYGKwYBBQUCoIIJszCC==, Bearer realm=x"), [
    ["negotiate", {}],
    ["bearer", { realm: "x" }],
  ]);
  assert.deepEqual(plain("Bearer"), [["bearer", {}]]);
});

test("what makes no sense hides nothing that does, and never hangs", () => {
  assert.deepEqual(plain(', ,=,"Basic realm="x"').length > 0, true);
  assert.deepEqual(plain("", "   ", "Basic realm=x"), [["basic", { realm: "x" }]]);
  assert.deepEqual(plain('Basic realm="never closed'), [
    ["basic", { realm: "" }],
    ["never", {}],
    ["closed", {}],
  ]);
});

test.run();
