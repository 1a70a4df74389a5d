import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "uvu";
import { parseResponseHead } from "../../../src/oci/http/response-head.ts";

test("names are read whatever their case, and every challenge by itself", () => {
  const lines = [
    "HTTP/1.1 401 Unauthorized",
    "CONTENT-LENGTH: 12",
    "WWW-Authenticate: Basic",
    "www-authenticate: Bearer",
  ];
  const head = parseResponseHead(lines.join("\r\n"));
  assert.deepEqual([head?.status, head?.length, head?.challenges], [401, 12, ["Basic", "Bearer"]]);
});

for (const [what, ...lines] of [
  ["another version", "HTTP/1.0 200 OK", "Content-Length: 1"],
  ["no length", "HTTP/1.1 200 OK"],
  ["two lengths", "HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"],
  ["a length that is none", "HTTP/1.1 200 OK", "Content-Length: -1"],
  ["chunks beside a length", "HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"],
  ["a folded line", "HTTP/1.1 200 OK", "Content-Length: 1", " and more"],
  ["a space before the colon", "HTTP/1.1 200 OK", "Content-Length : 1"],
  ["a control character", "HTTP/1.1 200 OK", "Content-Length: 1", "X: a\nb"],
] as const) {
  test(`${what} is out of the ordinary`, () => assert.equal(parseResponseHead(lines.join("\r\n")), undefined));
}

test("no damage to a head makes another length of it, or an error", () => {
  const sound = "HTTP/1.1 200 OK\r\nContent-Length: 77\r\nX-Other: something\r\nConnection: keep-alive";
  for (let i = 0; i < 5000; i++) {
    const bytes = Buffer.from(sound, "latin1");
    bytes[randomInt(17, 36)] = randomInt(256);
    const length = parseResponseHead(bytes.toString("latin1"))?.length;
    const digits = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n/i.exec(bytes.toString("latin1"))?.[1];
    assert.equal(length, digits === undefined ? undefined : Number(digits));
  }
});

test.run();
