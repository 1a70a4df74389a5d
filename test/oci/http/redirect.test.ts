import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed } from "../../../src/failure/index.ts";
import { addressesFrom, resolveUrl } from "../../../src/oci/http/index.ts";
import { isPrivateAddress } from "../../../src/oci/http/private-address.ts";

const publicAnswer = { address: "203.0.113.7", url: new URL("https://registry.example.com/v2/") };
const privateAnswer = { address: "10.1.2.3", url: new URL("https://registry.corp.example/v2/") };

test("addresses of this machine and of private networks are told from public ones", () => {
  for (const address of ["127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"]) {
    assert.ok(isPrivateAddress(address), address);
  }
  for (const address of ["::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]) assert.ok(isPrivateAddress(address), address);
  for (const address of ["203.0.113.7", "172.32.0.1", "100.128.0.1", "2001:db8::1", "registry"]) {
    assert.ok(!isPrivateAddress(address), address);
  }
});

test("a public registry leads nobody to a private address", () => {
  for (const url of ["http://169.254.169.254/latest", "https://localhost/", "https://[::1]/", "https://10.0.0.1/"]) {
    assert.throws(() => addressesFrom(publicAnswer, new URL(url)), { name: "Failed" }, url);
  }
  assert.equal(addressesFrom(publicAnswer, new URL("https://cdn.example.com/")), "public");
});

test("a private registry may lead anywhere, and each to itself", () => {
  assert.equal(addressesFrom(privateAnswer, new URL("https://10.9.9.9/")), "any");
  assert.equal(addressesFrom(publicAnswer, new URL("https://registry.example.com/elsewhere")), "any");
});

test("an address that leaves TLS is not used", () => {
  const base = new URL("https://registry.example.com/v2/x");
  const codeOf = (location: string): string => {
    try {
      return resolveUrl(location, base).href;
    } catch (error) {
      return (error as Failed).failure.code;
    }
  };
  assert.equal(codeOf("http://registry.example.com/y"), "registry/unexpected-answer");
  assert.equal(codeOf("file:///etc/passwd"), "registry/unexpected-answer");
  assert.equal(codeOf("../y?a=%2F"), "https://registry.example.com/y?a=%2F");
});

test.run();
