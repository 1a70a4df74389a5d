import assert from "node:assert/strict";
import { test } from "uvu";
import { durationOf, parseRequest } from "../../src/commands/parse.ts";
import { commands } from "../../src/commands/table/index.ts";
import { failureOf } from "../../src/failure/index.ts";

test("without a command, and with --help, the overview is asked for", () => {
  for (const argv of [[], ["--help"], ["-h"], ["help"]]) assert.equal(parseRequest(argv, commands).kind, "overview");
});

test("help of a command is asked for in either order", () => {
  for (const argv of [
    ["help", "run"],
    ["run", "--help"],
    ["run", "all", "-h"],
  ]) {
    const request = parseRequest(argv, commands);
    assert.ok(request.kind === "help" && request.command.name === "run");
  }
});

test("names, flags and repeated values are told apart", () => {
  const request = parseRequest(["run", "a", "-t", "harbor", "--fail-fast", "--target=quay", "b"], commands);
  assert.ok(request.kind === "command");
  assert.deepEqual(request.args.names, ["a", "b"]);
  assert.deepEqual([...request.args.flags], ["fail-fast"]);
  assert.deepEqual(request.args.values.get("target"), ["harbor", "quay"]);
});

for (const [argv, message, hint] of [
  [["rnu"], 'There is no command "rnu"', 'Did you mean "run"?'],
  [["--target", "harbor"], "The command comes first, then its options: --target", "Write: mirror run --target harbor"],
  [["run", "--traget", "harbor"], "mirror run has no option --traget", 'Did you mean "--target"?'],
  [["run", "--target"], "--target takes a value", "Write: --target TARGET"],
  [["run", "--fail-fast=yes"], "--fail-fast takes no value", "Write: --fail-fast"],
  [["list", "--target", "x"], "mirror list has no option --target", undefined],
] as const) {
  test(`mirror ${argv.join(" ")} is refused with what was meant`, () => {
    try {
      parseRequest(argv, commands);
    } catch (thrown) {
      const failure = failureOf(thrown);
      assert.equal(failure.class, "usage");
      assert.equal(failure.message, message);
      if (hint !== undefined) assert.equal(failure.hint, hint);
      return;
    }
    assert.fail("it was taken");
  });
}

test("a length of time is read in days, hours, minutes and seconds; anything else is refused", () => {
  const wait = (text: string) => {
    const request = parseRequest(["run", "--wait", text], commands);
    assert.ok(request.kind === "command");
    return durationOf(request.args, "wait");
  };
  assert.deepEqual(["90s", "30m", "1h30m", "2d"].map(wait), [90_000, 1_800_000, 5_400_000, 172_800_000]);
  for (const text of ["30", "soon", "-5m", "1.5h", ""]) {
    assert.throws(() => wait(text), /--wait takes a length of time/, text);
  }
});

test("every command has an example, and options with distinct short names", () => {
  for (const { name, examples, options } of commands) {
    assert.ok(examples.length > 0, name);
    const shorts = options.flatMap(({ short }) => short ?? []);
    assert.equal(new Set(shorts).size, shorts.length, name);
  }
});

test.run();
