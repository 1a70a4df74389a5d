import assert from "node:assert/strict";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import { type Credentials, createRegistry, MediaType } from "../../../src/oci/index.ts";
import { errorAnswer, type ScriptedRegistry, type Seen, startScriptedRegistry } from "../../rig/scripted-registry.ts";

const never = new AbortController().signal;
const quick = { backoff: { attempts: 3, baseMs: 1, capMs: 5, patienceMs: 2000 } };
const manifest = { mediaType: MediaType.ociManifest, bytes: Buffer.from("{}") };
const basic: Credentials = { kind: "basic", username: "u", password: "p" };

let tokens: ScriptedRegistry;
let registry: ScriptedRegistry;
/** What the token server answers; by itself a token that names its scopes. */
let grant: (seen: Seen) => Record<string, unknown> | number;

test.before.each(async () => {
  grant = ({ query }) => ({ token: query.getAll("scope").join("+") });
  tokens = await startScriptedRegistry({
    script: (seen) => {
      const granted = grant(seen);
      if (typeof granted === "number") return errorAnswer(granted, "UNAUTHORIZED", "no");
      return { status: 200, body: JSON.stringify(granted) };
    },
  });
  registry = await startScriptedRegistry();
  registry.manifests.set("a/b v1", manifest);
  registry.manifests.set("a/c v1", manifest);
});
test.after.each(async () => {
  await Promise.all([tokens.stop(), registry.stop()]);
});

/** Lets in only who carries one of these headers, and asks others for a token. */
function demand(accepts: (header: string) => boolean, challenge?: readonly string[]): void {
  const wanted = challenge ?? [`Bearer realm="${tokens.url}/token",service="test",scope="repository:a/b:pull"`];
  registry.script = ({ headers }) =>
    accepts(headers.authorization ?? "")
      ? undefined
      : errorAnswer(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": wanted });
}

const client = (credentials?: Credentials, secrets: string[] = [], now = Date.now) =>
  createRegistry({
    host: registry.host,
    ...quick,
    now,
    credentials: async () => credentials,
    onSecret: (secret) => secrets.push(secret),
  });

test("nobody is given an anonymous token where the registry offers one", async () => {
  demand((header) => header === "Bearer repository:a/b:pull");
  assert.ok(await client().headManifest("a/b", "v1", never));
  assert.equal(tokens.log[0]?.headers.authorization, undefined);
  assert.equal(tokens.log[0]?.query.get("service"), "test");
});

test("one token serves all requests of a repository, and each repository has its own", async () => {
  demand((header) => header.startsWith("Bearer repository:a/"));
  const one = client(basic);
  await Promise.all(Array.from({ length: 5 }, () => one.headManifest("a/b", "v1", never)));
  await one.headManifest("a/b", "v1", never);
  assert.equal(tokens.log.length, 1);
  assert.equal(tokens.log[0]?.headers.authorization, `Basic ${Buffer.from("u:p").toString("base64")}`);
  await one.headManifest("a/c", "v1", never);
  assert.deepEqual(tokens.log[1]?.query.getAll("scope"), ["repository:a/c:pull"]);
});

test("access_token is as good as token, and passwords and tokens are told to be masked", async () => {
  grant = () => ({ access_token: "secret-token", expires_in: 300 });
  demand((header) => header === "Bearer secret-token");
  const secrets: string[] = [];
  assert.ok(await client(basic, secrets).headManifest("a/b", "v1", never));
  assert.deepEqual(secrets, ["p", "secret-token"]);
});

test("a token that is refused in the middle of the work is replaced once", async () => {
  let round = 0;
  grant = () => ({ token: `t${++round}`, expires_in: 3600 });
  let valid = "Bearer t1";
  demand((header) => header === valid);
  const one = client(basic);
  await one.headManifest("a/b", "v1", never);
  valid = "Bearer t2";
  assert.ok(await one.headManifest("a/b", "v1", never));
  assert.equal(tokens.log.length, 2);
});

test("a registry that refuses its own tokens is not asked for ever", async () => {
  demand(() => false);
  await assert.rejects(client(basic).getManifest("a/b", "v1", never), (error: Failed) => {
    assert.equal(error.failure.code, "registry/unauthorized");
    assert.deepEqual(error.failure.detail, ["401 UNAUTHORIZED: authentication required"]);
    return true;
  });
  assert.equal(registry.log.length, 2);
});

/** How a client of these credentials fails, at a registry that lets in nobody. */
async function refusal(status: number, credentials: Credentials | undefined): Promise<readonly string[]> {
  registry.script = () => errorAnswer(status, "DENIED", "no", { "www-authenticate": ['Basic realm="r"'] });
  const error = await client(credentials)
    .getManifest("a/b", "v1", never)
    .then(undefined, (thrown: Failed) => thrown);
  assert.ok(error instanceof Failed);
  return [
    error.failure.message.replace(registry.host, "HOST"),
    error.failure.hint?.replace(registry.host, "HOST") ?? "",
  ];
}

test("what is told of a refusal is whether credentials were sent, whose, where they are from, and what to do there", async () => {
  const robot = { kind: "basic", username: "robot", password: "p" } as const;
  assert.deepEqual(await refusal(401, { ...robot, from: { kind: "config", name: "mirror.config.yaml:12" } }), [
    "HOST does not accept the credentials of robot from mirror.config.yaml:12 to pull a/b:v1",
    "Check that they are right and have not expired, and correct auth there or what it reads",
  ]);
  assert.deepEqual(await refusal(401, { ...robot, from: { kind: "login", name: "/home/a/.docker/config.json" } }), [
    "HOST does not accept the credentials of robot from /home/a/.docker/config.json to pull a/b:v1",
    "Check that they are right and have not expired, and write others with: docker login HOST",
  ]);
  assert.deepEqual(await refusal(401, undefined), [
    "HOST wants credentials to pull a/b:v1, and there are none for it",
    "Log in with docker login HOST, or name credentials in the config",
  ]);
  assert.match((await refusal(403, undefined))[0] ?? "", /^HOST does not allow to pull a\/b:v1 without credentials/);
});

test("Basic is used where it is asked for, where the realm is no URL, and beside other challenges", async () => {
  const expected = `Basic ${Buffer.from("u:p").toString("base64")}`;
  for (const challenge of [
    ['Basic realm="x"'],
    ['Bearer realm="Artifactory Realm"'],
    ["Negotiate", 'Digest realm="y", Basic realm="x"'],
  ]) {
    demand((header) => header === expected, challenge);
    assert.ok(await client(basic).headManifest("a/b", "v1", never), challenge.join());
  }
  assert.equal(tokens.log.length, 0);
});

test("credentials are not sent before the registry wants some", async () => {
  assert.ok(await client(basic).headManifest("a/b", "v1", never));
  assert.equal(registry.log[0]?.headers.authorization, undefined);
});

test("an identity token is exchanged by POST, and by GET where the server knows no POST", async () => {
  const identity: Credentials = { kind: "identity", username: "<token>", token: "refresh" };
  grant = () => ({ access_token: "t" });
  demand((header) => header === "Bearer t");
  assert.ok(await client(identity).headManifest("a/b", "v1", never));
  assert.deepEqual(
    tokens.log.map(({ method }) => method),
    ["POST"],
  );

  grant = ({ method }) => (method === "POST" ? 404 : { token: "t" });
  assert.ok(await client(identity).headManifest("a/b", "v1", never));
  assert.deepEqual(
    tokens.log.map(({ method }) => method),
    ["POST", "POST", "GET"],
  );
  assert.equal(tokens.log[2]?.headers.authorization, `Basic ${Buffer.from("<token>:refresh").toString("base64")}`);
});

test("a token server that refuses is named", async () => {
  grant = () => 401;
  demand(() => false);
  await assert.rejects(client(basic).headManifest("a/b", "v1", never), (error: Failed) => {
    assert.equal(error.failure.code, "registry/unauthorized");
    assert.match(
      error.failure.message,
      new RegExp(`token server ${tokens.host} does not accept the credentials of u for ${registry.host}`),
    );
    return true;
  });
});

test("a token that is soon over is replaced before it is", async () => {
  let round = 0;
  grant = () => ({ token: `t${++round}`, expires_in: 60 });
  demand((header) => header.startsWith("Bearer t"));
  let time = 0;
  const one = client(basic, [], () => time);
  await one.headManifest("a/b", "v1", never);
  time = 40_000;
  await one.headManifest("a/b", "v1", never);
  assert.equal(tokens.log.length, 1);
  time = 50_000;
  await one.headManifest("a/b", "v1", never);
  assert.equal(tokens.log.length, 2);
});

test.run();
