import assert from "node:assert/strict";
import { test } from "uvu";
import { parse, stringify } from "yaml";
import { type ChartIndex, readIndex } from "../../../src/charts/dependencies/index-file.ts";
import { indexOf, type PackedChart } from "../../rig/chart-repository.ts";

const chart = (name: string, version: string): PackedChart => ({ name, version, bytes: Buffer.from(name + version) });

function read(text: string): ChartIndex {
  const index = readIndex(text);
  assert.ok(index !== undefined);
  return index;
}

/** The same index in the forms that are around. */
const forms: readonly (readonly [string, (text: string) => string])[] = [
  ["as helm writes it", (text) => text],
  [
    "lists not indented",
    (text) => stringify(parse(text, { schema: "failsafe" }), { indentSeq: false, schema: "failsafe" }),
  ],
  ["indented by four", (text) => stringify(parse(text, { schema: "failsafe" }), { indent: 4, schema: "failsafe" })],
  [
    "with Windows line ends and comments",
    (text) => `# a comment\n${text.replace("entries:", "entries: # all\n  # first")}`.replace(/\n/g, "\r\n"),
  ],
  ["as JSON", (text) => JSON.stringify(parse(text, { schema: "failsafe" }))],
  [
    "with flow maps",
    (text) => `apiVersion: v1\nentries: ${JSON.stringify(parse(text, { schema: "failsafe" }).entries)}\n`,
  ],
];

for (const [form, write] of forms) {
  test(`an index is read: ${form}`, () => {
    const charts = [
      chart("minio", "4.0.3"),
      chart("minio", "4.0.2"),
      chart("nuclio", "0.19.5"),
      chart("a-b", "1.10.0"),
    ];
    const index = read(write(indexOf(charts)));
    assert.deepEqual([...index.names()].sort(), ["a-b", "minio", "nuclio"]);
    assert.deepEqual(index.versions("minio"), ["4.0.3", "4.0.2"]);
    assert.deepEqual(index.entry("minio", "4.0.2")?.urls, ["minio-4.0.2.tgz"]);
    assert.match(index.entry("minio", "4.0.2")?.digest ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(index.versions("absent"), []);
    assert.equal(index.entry("minio", "9.9.9"), undefined);
    assert.equal(index.entry("toString", "1"), undefined);
  });
}

test("versions are text, however they are written", () => {
  const index = read(
    `entries:\n  "a":\n  - version: 1.10\n    urls: [one]\n  - version: '2.0' # the second\n    urls: [two]\n  - version: >-\n      3.0\n    urls: [three]\n`,
  );
  assert.deepEqual(index.versions("a"), ["1.10", "2.0", "3.0"]);
  assert.deepEqual(index.entry("a", "3.0")?.urls, ["three"]);
});

test("what only looks like a key inside a text is none", () => {
  const text = `entries:
  a:
  - annotations:
      changes: |
        - version: 9.9.9
        b:
        - version: 8.8.8
    description: a text
      version: 7.7.7
    dependencies:
    - name: x
      version: 6.6.6
    maintainers:
    - name: y
    version: 1.0.0
    urls:
    - https://example.com/a-1.0.0.tgz
  b:
  - urls:
    - https://example.com/b-1.0.0.tgz
    version: 1.0.0
generated: "2024-01-05T22:17:24Z"
`;
  const index = read(text);
  assert.deepEqual(index.names(), ["a", "b"]);
  assert.deepEqual(index.versions("a"), ["1.0.0"]);
  assert.deepEqual(index.entry("b", "1.0.0")?.urls, ["https://example.com/b-1.0.0.tgz"]);
});

test("an index without charts is one, and a page is none", () => {
  assert.deepEqual(read("apiVersion: v1\nentries: {}\n").names(), []);
  for (const text of ["", "<html><body>entries:</body></html>", "entries: 1", "[]", "{", "apiVersion: v1"]) {
    assert.equal(readIndex(text), undefined, text);
  }
});

test("20 megabytes take less than a second of processor time", () => {
  const charts = Array.from({ length: 20 }, (_, at) => `chart-${at}`);
  const filler = "x".repeat(70);
  const entries = charts.map((name) => {
    const items = Array.from(
      { length: 400 },
      (_, at) =>
        `  - annotations:\n      text: |\n${`        - ${filler}\n`.repeat(28)}    name: ${name}\n    version: 1.${at}.0\n    urls:\n    - ${name}-1.${at}.0.tgz\n`,
    );
    return `  ${name}:\n${items.join("")}`;
  });
  const text = `apiVersion: v1\nentries:\n${entries.join("")}generated: now\n`;
  assert.ok(text.length > 18e6, `${text.length}`);
  const start = process.cpuUsage();
  const index = read(text);
  assert.equal(index.versions("chart-19").length, 400);
  assert.deepEqual(index.entry("chart-19", "1.399.0")?.urls, ["chart-19-1.399.0.tgz"]);
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 1_000_000, `${user + system} µs`);
});

test.run();
