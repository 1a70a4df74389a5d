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
  assert.deepEqual(
    [head?.status, head?.framing, head?.challenges],
    [401, { kind: "length", bytes: 12 }, ["Basic", "Bearer"]],
  );
});

for (const [what, ...lines] of [
  ["another version", "HTTP/2 200 OK", "Content-Length: 1"],
  ["a coding that is not chunks", "HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"],
  ["two lengths", "HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"],
  ["a length that is none", "HTTP/1.1 200 OK", "Content-Length: -1"],
  ["chunks beside a length", "HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"],
  ["a folded line", "HTTP/1.1 200 OK", "Content-Length: 1", " and more"],
  ["a space before the colon", "HTTP/1.1 200 OK", "Content-Length : 1"],
  ["a control character", "HTTP/1.1 200 OK", "Content-Length: 1", "X: a\nb"],
] as const) {
  test(`${what} is out of the ordinary`, () => assert.equal(parseResponseHead(lines.join("\r\n")), undefined));
}

for (const [what, framing, connection, ...lines] of [
  ["a body in chunks", { kind: "chunked" }, "kept", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked"],
  ["a body without a length", { kind: "closed" }, "closed", "HTTP/1.1 200 OK"],
  ["no body, whatever is said of it", { kind: "length", bytes: 0 }, "kept", "HTTP/1.1 304 Same", "Content-Length: 9"],
  ["an old server", { kind: "length", bytes: 1 }, "closed", "HTTP/1.0 200 OK", "Content-Length: 1"],
  ["a goodbye", { kind: "length", bytes: 1 }, "closed", "HTTP/1.1 200 OK", "Content-Length: 1", "Connection: Close"],
  [
    "an offer of HTTP/2",
    { kind: "length", bytes: 1 },
    "closed",
    "HTTP/1.1 200 OK",
    "Content-Length: 1",
    "Upgrade: h2",
    "Connection: Upgrade",
  ],
] as const) {
  test(`${what} is told by the head`, () => {
    const head = parseResponseHead(lines.join("\r\n"));
    assert.deepEqual([head?.framing, head?.connection], [framing, connection]);
  });
}

test("of a field that must stand once the first counts, others are joined", () => {
  const head = parseResponseHead(
    "HTTP/1.1 201 Made\r\nLocation: /a\r\nLocation: /b\r\nX: 1\r\nX: 2\r\nContent-Length: 0",
  );
  assert.deepEqual([head?.headers.location, head?.headers.x], ["/a", "1, 2"]);
});

test("no damage to a head makes another length of it, or an error", () => {
  const sound = "HTTP/1.1 200 OK\r\nContent-Length: 77\r\nX-Other: something\r\nConnection: keep-alive";
  for (let i = 0; i < 5000; i++) {
    const bytes = Buffer.from(sound, "latin1");
    bytes[randomInt(17, 36)] = randomInt(256);
    const framing = parseResponseHead(bytes.toString("latin1"))?.framing;
    const digits = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n/i.exec(bytes.toString("latin1"))?.[1];
    assert.equal(
      framing?.kind === "length" ? framing.bytes : undefined,
      digits === undefined ? undefined : Number(digits),
    );
  }
});

test.run();
