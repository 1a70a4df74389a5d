import assert from "node:assert/strict";
import { test } from "uvu";
import { failureOf } from "../../../src/failure/index.ts";
import { doorkeeper } from "../../../src/oci/server/index.ts";
import { withRegistry } from "../temporary.ts";
import { call, codeIn, startUpload } from "./calls.ts";

/** `htpasswd -nbB -C 4 mirror secret` */
const LINE = "mirror:$2b$04$Gbwr.dUwbfTKGGpon9CnFOv5i7Ra5X1B8VwqbLjQaPZaFoctgRiyC";
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;

test("who is named with the right password enters, nobody else", async () => {
  const mayEnter = await doorkeeper(`# people\n\n${LINE}\n`, "users");
  for (let round = 0; round < 2; round++) {
    assert.equal(await mayEnter(basic("mirror:secret")), true);
    assert.equal(await mayEnter(basic("mirror:Secret")), false);
    assert.equal(await mayEnter(basic("mirror:")), false);
    assert.equal(await mayEnter(basic("other:secret")), false);
  }
  for (const header of [undefined, "", "Basic", "Basic !!!", basic("mirror"), "Bearer secret"]) {
    assert.equal(await mayEnter(header), false);
  }
});

test("other hashes are refused with file, line and what to do", async () => {
  for (const [text, why] of [
    ["a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", /^users:1 .*"a" is kept as \{SHA\}/],
    [`${LINE}\nb:$apr1$abc$def`, /^users:2 .*MD5/],
    ["c:$6$salt$hash", /crypt's SHA/],
    ["d:plain", /not a bcrypt hash/],
    ["nothing", /not NAME:HASH/],
    [`${LINE}\n${LINE}`, /^users:2 .*there twice/],
    ["# nobody\n", /names nobody/],
  ] as const) {
    await assert.rejects(doorkeeper(text, "users"), (error) => {
      const { code, class: kind, message, hint } = failureOf(error);
      assert.equal(code, "serve/bad-htpasswd");
      assert.equal(kind, "usage");
      assert.match(message, why);
      assert.match(hint ?? "", /htpasswd -nB/);
      return true;
    });
  }
});

test("without a password every path is refused alike, and with one all works", async () => {
  const mayEnter = await doorkeeper(LINE, "users");
  await withRegistry(
    async (registry) => {
      for (const [path, init] of [
        ["/v2/", {}],
        ["/v2/app/manifests/1", {}],
        ["/v2/nothing/at/all", {}],
        ["/v2/app/blobs/uploads/", { method: "POST", body: "x".repeat(100_000) }],
      ] as const) {
        const answer = await call(registry, path, init);
        assert.equal(answer.status, 401, path);
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm=/);
        assert.equal(await codeIn(answer), "UNAUTHORIZED");
      }
      const headers = { Authorization: basic("mirror:secret") };
      assert.equal((await call(registry, "/v2/", { headers })).status, 200);
      await assert.rejects(startUpload(registry));
    },
    { mayEnter },
  );
});

test.run();
