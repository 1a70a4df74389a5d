// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs are written with ${…}
import assert from "node:assert/strict";
import { test } from "uvu";
import { failuresIn, withConfig } from "./temp-config.ts";

const hold = (text: string, vars = "vars: {}") =>
  `version: 1\n${vars}\nimages:\n  a:\n    from: quay.io/a/a\n    version: "1"\n    hold: ${text}\n`;

async function expectHold(text: string, expected: string, env: Record<string, string> = {}, vars?: string) {
  await withConfig(hold(text, vars), { env }, ({ images }) => assert.equal(images.get("a")?.hold, expected));
}

test("a var may use the environment and other vars, in any order", () =>
  expectHold("${vars.all}!", "v1.2-rc!", { PRE: "rc" }, "vars: { all: 'v${vars.base}-${env:PRE}', base: '1.2' }"));

test("a default stands in for what is not set and for what is empty", async () => {
  await expectHold("${env:A:-none}", "none");
  await expectHold("${env:A:-none}", "none", { A: "" });
  await expectHold("${env:A:-none}", "some", { A: "some" });
  await expectHold("x${env:A:-}y", "xy");
});

test("a default may use variables itself", () =>
  expectHold('"${env:A:-${env:B:-${vars.c}}-d}"', "C-d", {}, "vars: { c: C }"));

test("two dollars keep the braces literal, and a value is not interpolated again", async () => {
  await expectHold('"$${vars.nobody} costs $5"', "${vars.nobody} costs $5");
  await expectHold("${env:A}", "${vars.nobody}", { A: "${vars.nobody}" });
});

test("the column of a variable is right in every way of writing a string", async () => {
  assert.deepEqual(await failuresIn(hold("a ${vars.x}")), ["config/unknown-var 7:13 9"]);
  assert.deepEqual(await failuresIn(hold("'it''s ${vars.x}'")), ["config/unknown-var 7:18 9"]);
  assert.deepEqual(await failuresIn(hold('"\\t\\u0041 ${vars.x}"')), ["config/unknown-var 7:21 9"]);
  assert.deepEqual(await failuresIn(hold("|\n      one\n      two ${vars.x}")), ["config/unknown-var 9:11 9"]);
});

test("of two equal variables both are pointed at", async () => {
  assert.deepEqual(await failuresIn(hold('"${vars.x} ${vars.x}"')), [
    "config/unknown-var 7:12 9",
    "config/unknown-var 7:22 9",
  ]);
});

test("an unset variable in a var is told once, where it stands, however often the var is used", async () => {
  const text = hold('"${vars.a} ${vars.a}"', "vars: { a: '${env:GONE}' }");
  assert.deepEqual(await failuresIn(text), ["config/unset-variable 2:13 11"]);
});

test("a var that uses itself is a circle", async () => {
  assert.deepEqual(await failuresIn(hold("${vars.a}", "vars: { a: 'x${vars.a}' }")), ["config/cycle 2:14 9"]);
});

test("an alias is pointed at where its value stands, and so is a key that is merged in", async () => {
  const text = `version: 1
registries:
  one: &shared { type: harbor, host: &h "\${vars.x}", project: p }
  two: { <<: *shared, project: 7 }
  three: { type: oci, host: *h }
`;
  assert.deepEqual(await failuresIn(text), ["config/unknown-var 3:42 9", "config/wrong-type 4:32 1"]);
});

test("merged keys are read", async () => {
  const text = `version: 1
registries:
  one: &shared { type: harbor, host: a.example.com, project: p }
  two: { <<: *shared, project: q }
`;
  await withConfig(text, {}, ({ registries }) => {
    const two = registries.get("two");
    assert.ok(two?.type === "harbor");
    assert.deepEqual([two.endpoint.host, two.project], ["a.example.com", "q"]);
  });
});

test("names of as are left for naming, and vars beside them are put in", async () => {
  const text = `version: 1
vars: { team: blue }
registries: { r: { type: oci, host: r.example.com } }
images: { a: { from: quay.io/a/a, version: "1" } }
targets: { t: { registry: r, images: [a], as: "\${vars.team}/\${path}:\${tag}-1" } }
`;
  await withConfig(text, {}, ({ targets }) => assert.equal(targets.get("t")?.entries[0]?.as, "blue/${path}:${tag}-1"));
});

test.run();
