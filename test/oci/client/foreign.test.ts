import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import type { Wire } from "../../../src/oci/client/call.ts";
import { askElsewhere } from "../../../src/oci/client/foreign.ts";
import type { HttpAnswer, HttpRequest } from "../../../src/oci/http/index.ts";
import { digestOf } from "../../../src/oci/index.ts";

/** Asks as the client of a public registry with TLS does that does not have the layer; gives what was sent. */
async function askFor(urls: readonly string[]): Promise<{ readonly sent: HttpRequest[]; readonly failure: unknown }> {
  const sent: HttpRequest[] = [];
  const answer = (status: number, url: URL): HttpAnswer =>
    ({ status, headers: {}, url, address: "93.184.216.34", body: Readable.from([]) }) as unknown as HttpAnswer;
  const wire = {
    base: new URL("https://registry.example.com"),
    http: {
      send: async (request: HttpRequest) => {
        sent.push(request);
        return answer(200, request.url);
      },
    },
  } as unknown as Wire;
  const missing = answer(404, new URL("https://registry.example.com/v2/app/blobs/x"));
  const blob = { mediaType: "application/octet-stream", digest: digestOf("x"), size: 1, urls };
  const request = { method: "GET", headers: {}, signal: new AbortController().signal } as const;
  const failure = await askElsewhere(wire, missing, { repository: "app", actions: "pull" }, blob, request).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { sent, failure };
}

test("the URL of a foreign layer is asked without credentials, and only at a public address", async () => {
  const { sent } = await askFor(["https://layers.example.com/x"]);
  assert.deepEqual(
    sent.map(({ url, addresses, headers }) => [url.href, addresses, headers]),
    [["https://layers.example.com/x", "public", {}]],
  );
});

for (const [what, url] of [
  ["in a private network", "https://10.0.0.1/x"],
  ["on this machine", "https://localhost/x"],
  ["without TLS", "http://layers.example.com/x"],
  ["that is a file", "file:///etc/passwd"],
] as const) {
  test(`a public registry leads to no URL ${what}`, async () => {
    const { sent, failure } = await askFor([url]);
    assert.deepEqual(sent, []);
    assert.ok(failure instanceof Failed);
  });
}

test("an address that may not be asked does not keep the next from being asked", async () => {
  const { sent, failure } = await askFor(["https://10.0.0.1/x", "https://layers.example.com/x"]);
  assert.deepEqual([sent.length, failure], [1, undefined]);
});

test.run();
