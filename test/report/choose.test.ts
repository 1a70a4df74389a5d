import assert from "node:assert/strict";
import { test } from "uvu";
import { colorFor, reportKindFor, stampFor } from "../../src/report/index.ts";

const terminal = { isTTY: true, columns: 80, rows: 24 };
const pipe = {};

for (const [sentence, env, stream, color] of [
  ["on a terminal", {}, terminal, "on"],
  ["on a terminal, in CI", { CI: "true" }, terminal, "on"],
  ["in a pipe", {}, pipe, "off"],
  ["with NO_COLOR", { NO_COLOR: "1" }, terminal, "off"],
  ["with NO_COLOR and FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, terminal, "off"],
  ["with an empty NO_COLOR", { NO_COLOR: "" }, terminal, "on"],
  ["in a pipe with FORCE_COLOR", { FORCE_COLOR: "1" }, pipe, "on"],
  ["in a pipe with FORCE_COLOR=0", { FORCE_COLOR: "0" }, pipe, "off"],
  ["on a dumb terminal", { TERM: "dumb" }, terminal, "off"],
] as const) {
  test(`${sentence} colours are ${color}`, () => assert.equal(colorFor(env, stream), color));
}

for (const [sentence, asked, env, stream, kind] of [
  ["a terminal", undefined, {}, terminal, "live"],
  ["a terminal in CI", undefined, { CI: "true" }, terminal, "lines"],
  ["a terminal with CI=false", undefined, { CI: "false" }, terminal, "live"],
  ["a terminal with an empty CI", undefined, { CI: "" }, terminal, "live"],
  ["a pipe", undefined, {}, pipe, "lines"],
  ["a dumb terminal", undefined, { TERM: "dumb" }, terminal, "lines"],
  ["a terminal without columns", undefined, {}, { isTTY: true, columns: 0 }, "lines"],
  ["--json on a terminal", "json", {}, terminal, "json"],
  ["--quiet in CI", "quiet", { CI: "1" }, pipe, "quiet"],
] as const) {
  test(`${sentence} gets the form "${kind}"`, () => assert.equal(reportKindFor(asked, env, stream), kind));
}

test("lines carry the date in CI", () => {
  assert.equal(stampFor({ CI: "true" }), "iso");
  assert.equal(stampFor({}), "clock");
});

test.run();
