import assert from "node:assert/strict";
import { test } from "uvu";
import { digestOf, formatReference, parseReference } from "../../src/oci/index.ts";

const digest = digestOf("x");

for (const [text, host, repository, tag] of [
  ["postgres", "docker.io", "library/postgres", undefined],
  ["postgres:16.2", "docker.io", "library/postgres", "16.2"],
  ["seldonio/kubectl:1.14.3", "docker.io", "seldonio/kubectl", "1.14.3"],
  ["index.docker.io/postgres", "docker.io", "library/postgres", undefined],
  ["quay.io/team/app/web:v1", "quay.io", "team/app/web", "v1"],
  ["localhost/app", "localhost", "app", undefined],
  ["registry:5000/app", "registry:5000", "app", undefined],
  ["127.0.0.1:5000/a/b:v1", "127.0.0.1:5000", "a/b", "v1"],
  ["[::1]:5000/a:v1", "[::1]:5000", "a", "v1"],
] as const) {
  test(`${text} is read as docker reads it`, () => {
    assert.deepEqual(parseReference(text), { host, repository, tag, digest: undefined });
  });
}

test("a digest may stand with or without a tag", () => {
  assert.deepEqual(parseReference(`quay.io/a/b@${digest}`), {
    host: "quay.io",
    repository: "a/b",
    tag: undefined,
    digest,
  });
  assert.equal(formatReference(parseReference(`quay.io/a/b:v1@${digest}`)), `quay.io/a/b:v1@${digest}`);
});

for (const [text, why] of [
  ["quay.io/Team/app", /"Team\/app" is not a repository name/],
  ["quay.io/a:", /"" is not a tag/],
  ["quay.io/a:-x", /"-x" is not a tag/],
  ["quay.io/a@sha256:1", /"sha256:1" is not a digest/],
  ["quay.io/", /has no repository/],
  ["", /has no repository/],
  ["https://quay.io/a", /not a repository name|not a tag/],
] as const) {
  test(`"${text}" is no reference, and it says why`, () => {
    assert.throws(() => parseReference(text), why);
  });
}

test.run();
