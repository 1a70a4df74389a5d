import assert from "node:assert/strict";
import { test } from "uvu";
import { isManifest, isMount, isMountFromElsewhere, isUpload, type QuirkyRegistry } from "../../rig/quirks/index.ts";
import { account, identity } from "../../rig/quirks/tokens.ts";
import { index, profile, single, talk } from "./profile.ts";

const withAccount = { credentials: async () => account };
const withIdentity = { credentials: async () => identity };

const tokenRequests = ({ log }: QuirkyRegistry) => log.filter(({ path }) => path === "/token");

profile("codeberg-two-challenges", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives(index);
  assert.ok(tokenRequests(target).length > 0);
  const sent = target.log
    .filter(({ path }) => path.startsWith("/v2/"))
    .map(({ headers }) => headers.authorization ?? "");
  assert.ok(sent.every((header) => header === "" || header.startsWith("Bearer ")));
});

profile("artifactory-basic-realm", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives(index);
  assert.equal(target.log.filter(({ status }) => status === 401).length, 1);
});

profile("artifactory-wrong-scope-repo", { at: "source", client: withAccount }, async ({ source, arrives }) => {
  await arrives();
  const asked = tokenRequests(source).map(({ query }) => query.getAll("scope"));
  assert.deepEqual(asked[0], ["repository:docker-local/other:pull", "repository:team/app:pull"]);
});

profile("quay-scope-omitted", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives();
  assert.deepEqual(
    tokenRequests(target).map(({ query }) => query.getAll("scope")),
    [["repository:team/app:pull,push"]],
  );
});

profile("acr-identity-token", { at: "source", client: withIdentity }, async ({ source, arrives }) => {
  await arrives();
  const [exchange] = tokenRequests(source);
  assert.equal(exchange?.method, "POST");
  assert.equal(exchange?.form?.get("grant_type"), "refresh_token");
});

profile("identity-token-without-post", { at: "source", client: withIdentity }, async ({ source, arrives }) => {
  await arrives();
  assert.deepEqual(
    tokenRequests(source).map(({ method, status }) => `${method} ${status}`),
    ["POST 404", "GET 200"],
  );
});

profile("cgr-one-repository-per-token", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  await arrives(single, "team/two");
  assert.deepEqual(
    talk(target, isMountFromElsewhere),
    ["POST 403", "POST 403", "POST 403"].slice(0, talk(target, isMountFromElsewhere).length),
  );
  assert.ok(talk(target, isMountFromElsewhere).length > 0);
});

profile("acr-header-limit", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  for (const name of ["one", "two", "three", "four", "five"]) await arrives(single, `team/${name}`);
  assert.ok(tokenRequests(target).every(({ query, status }) => query.getAll("scope").length <= 2 && status === 200));
});

profile("harbor-mount-401", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives(single, "team/one");
  const before = tokenRequests(target).length;
  await arrives(single, "team/two");
  const mounts = talk(target, isMount);
  assert.ok(mounts.length >= 3 && mounts.every((line) => line === "POST 401"), mounts.join());
  assert.ok(tokenRequests(target).length - before <= 2 * mounts.length);
});

profile("harbor-project-missing", { at: "target", client: withAccount }, async ({ target, fails }) => {
  const failure = await fails();
  assert.equal(failure.class, "permanent");
  assert.match(`${failure.message} ${failure.hint}`, /project/);
  assert.ok(target.log.every(({ received }) => received === 0));
});

profile("harbor-wrong-password-200-token", { at: "source", client: withAccount }, async ({ source, fails }) => {
  const failure = await fails();
  assert.deepEqual([failure.code, failure.class], ["registry/unauthorized", "permanent"]);
  assert.ok(tokenRequests(source).length <= 2, `${tokenRequests(source).length} tokens`);
});

profile("token-60s-expiry-mid-upload", { at: "target", client: withAccount }, async ({ target, arrives }) => {
  await arrives(index);
  const refused = target.log.filter((seen) => isUpload(seen) && seen.status === 401);
  assert.ok(refused.length > 0 && tokenRequests(target).length > 1);
  assert.ok(target.log.some((seen) => isManifest(seen) && seen.method === "PUT" && seen.status === 201));
});

test.run();
