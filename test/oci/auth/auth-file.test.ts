import assert from "node:assert/strict";
import { test } from "uvu";
import { keysFor, parseAuthFile } from "../../../src/oci/auth/auth-file.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const entriesOf = (auths: unknown) => parseAuthFile(JSON.stringify({ auths }), "f", "login").entries;

test("a password may have colons", () => {
  assert.deepEqual(entriesOf({ "quay.io": { auth: base64("robot:a:b") } }).get("quay.io"), {
    kind: "basic",
    username: "robot",
    password: "a:b",
  });
});

test("username and password may stand in clear beside no auth", () => {
  assert.deepEqual(entriesOf({ "quay.io": { username: "u", password: "p" } }).get("quay.io"), {
    kind: "basic",
    username: "u",
    password: "p",
  });
});

test("identity and registry tokens", () => {
  const entries = entriesOf({ a: { auth: base64("0000:"), identitytoken: "id" }, b: { registrytoken: "t" } });
  assert.deepEqual(entries.get("a"), { kind: "identity", username: "0000", token: "id" });
  assert.deepEqual(entries.get("b"), { kind: "bearer", token: "t" });
});

test("addresses of servers are read as their hosts, and all names of Docker Hub as one", () => {
  const auth = base64("u:p");
  const entries = entriesOf({
    "https://index.docker.io/v1/": { auth },
    "https://r.example.com/v2/": { auth },
    "http://h.example.com:5000": { auth },
    "quay.io/team/app": { auth },
  });
  assert.deepEqual([...entries.keys()], ["docker.io", "r.example.com", "h.example.com:5000", "quay.io/team/app"]);
});

test("an image's credentials are looked for from the longest path to the host", () => {
  assert.deepEqual(keysFor("quay.io", "team/app"), ["quay.io/team/app", "quay.io/team", "quay.io"]);
  assert.deepEqual(keysFor("registry-1.docker.io", "library/x").at(-1), "docker.io");
});

test("a file that is none says so, and whose entry", () => {
  assert.throws(() => parseAuthFile("{", "f.json", "login"), /f\.json cannot be read: it is not JSON/);
  assert.throws(() => entriesOf({ "quay.io": { auth: base64("nocolon") } }), /entry for quay\.io/);
});

test.run();
