import assert from "node:assert/strict";
import { test } from "uvu";
import { createMask } from "../../src/report/index.ts";
import { type Happening, id, play, unauthorized } from "./rig.ts";

const SECRET = 'p@ss/w"rd+\\1?&é';

test("a secret is hidden wherever it stands", () => {
  const mask = createMask();
  mask.add("hunter22");
  assert.equal(mask.apply("hunter22 and hunter22, hunter2"), "*** and ***, hunter2");
});

test("without secrets a text stays as it is", () => assert.equal(createMask().apply("text"), "text"));

test("a secret is hidden in the forms that JSON, URLs and forms give it", () => {
  const mask = createMask();
  mask.add(SECRET);
  const forms = [
    SECRET,
    encodeURIComponent(SECRET),
    encodeURIComponent(SECRET).replace(/%../g, (hex) => hex.toLowerCase()),
  ];
  for (const form of [...forms, new URLSearchParams([["", SECRET]]).toString().slice(1)]) {
    assert.equal(mask.apply(`<${form}>`), "<***>");
  }
  assert.equal(mask.apply(JSON.stringify({ a: SECRET })), '{"a":"***"}');
});

test("a secret is hidden in base64, alone and with its user", () => {
  const mask = createMask();
  mask.add(SECRET, { username: "robot$mirror" });
  for (const encoding of ["base64", "base64url"] as const) {
    assert.equal(mask.apply(Buffer.from(SECRET).toString(encoding)), "***");
    assert.equal(mask.apply(`Basic ${Buffer.from(`robot$mirror:${SECRET}`).toString(encoding)}`), "Basic ***");
  }
});

test("in base64 nothing of a secret can be read back, whatever stands around it", () => {
  const mask = createMask();
  mask.add("correct-horse-battery");
  for (const before of ["", "x", "xy", "xyz", "user:"]) {
    for (const after of ["", "!", "!!", "!!!"]) {
      const masked = mask.apply(Buffer.from(`${before}correct-horse-battery${after}`).toString("base64"));
      assert.match(masked, /\*\*\*/);
      const rest = masked.split("***").map((part) => Buffer.from(part, "base64").toString("latin1"));
      for (const part of rest) assert.doesNotMatch(part, /co|rr|ho|tt|ry/, `${before} ${after}: ${masked}`);
    }
  }
});

test("of a secret of several lines each long line is hidden", () => {
  const mask = createMask();
  mask.add('{\n  "key": "MIIEvAIBADANBgkq"\n}\n');
  assert.equal(mask.apply('read   "key": "MIIEvAIBADANBgkq" of {'), "read   *** of {");
});

test("a secret that holds another is hidden whole", () => {
  const mask = createMask();
  mask.add("token");
  mask.add("token-of-harbor");
  assert.equal(mask.apply("token-of-harbor token"), "*** ***");
});

test("a secret of three characters is not hidden", () => {
  const mask = createMask();
  mask.add("run");
  assert.equal(mask.apply("run"), "run");
});

const leaking: readonly Happening[] = [
  [
    0,
    {
      type: "run-started",
      run: "r1",
      mode: "run",
      nodes: [
        { id: id("a"), needs: [] },
        { id: id("b"), needs: [] },
      ],
    },
  ],
  [0, { type: "warning", failure: { ...unauthorized, message: `${SECRET} is literal`, place: placeWith(SECRET) } }],
  [0, { type: "node-started", id: id("a"), attempt: 1 }],
  [0, { type: "node-log", id: id("a"), stream: "stderr", line: `+ login -p ${SECRET}` }],
  [0, { type: "node-retrying", id: id("a"), attempt: 1, delayMs: 1, failure: { ...unauthorized, message: SECRET } }],
  [
    0,
    {
      type: "node-settled",
      id: id("a"),
      durationMs: 1,
      outcome: {
        kind: "failed",
        failure: { ...unauthorized, message: `401 for ${SECRET}`, detail: [`sent ${SECRET}`] },
      },
    },
  ],
  [0, { type: "node-settled", id: id("b"), durationMs: 1, outcome: { kind: "skipped", why: `held by ${SECRET}` } }],
  [0, { type: "run-finished", exitCode: 1, durationMs: 3 }],
];

for (const kind of ["lines", "json", "quiet"] as const) {
  test(`no secret is shown by the form "${kind}"`, async () => {
    const mask = createMask();
    mask.add(SECRET);
    const open = await play(kind, leaking);
    const shut = await play(kind, leaking, { mask });
    const forms = [SECRET, JSON.stringify(SECRET).slice(1, -1)];
    assert.ok(
      forms.some((form) => (open.out + open.err).includes(form)),
      "without the mask it is shown",
    );
    for (const form of forms) assert.ok(!(shut.out + shut.err).includes(form));
    assert.match(shut.out + shut.err, /401 for \*\*\*/);
  });
}

test("a secret that is also a word of the events leaves NDJSON readable", async () => {
  const mask = createMask();
  mask.add("type");
  mask.add("node-log");
  const { out } = await play("json", leaking, { mask });
  const types = out
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  assert.deepEqual(
    types,
    leaking.map(([, { type }]) => type),
  );
});

function placeWith(text: string) {
  return { file: "mirror.config.yaml", line: 3, column: 1, length: 4, text };
}

test.run();
