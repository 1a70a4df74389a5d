import { test } from "uvu";
import { expectGolden } from "./golden.ts";

test("bad YAML: an open bracket is pointed at", () => expectGolden("bad-yaml"));
test("bad YAML: an open quote is pointed at, and no password shown", () => expectGolden("bad-yaml-quote"));
test("bad YAML: an indent that fits nothing, and a tab", () => expectGolden("bad-yaml-indent"));
test("bad YAML: a glob without quotes", () => expectGolden("bad-yaml-glob"));
test("an empty file", () => expectGolden("empty"));
test("a duplicate key is shown with the first of its name", () => expectGolden("duplicate-key"));
test("an unknown key is shown with the key that was meant", () => expectGolden("unknown-key"));
test("a wrong type is told in words, with what to write", () => expectGolden("wrong-type"));
test("an unknown registry is shown with the one that was meant", () => expectGolden("unknown-registry"));
test("an unknown image, and a glob that matches none", () => expectGolden("unknown-image"));
test("an unknown task, target, image or bundle in needs", () => expectGolden("unknown-task"));
test("an unset variable is an error where it is used, and only there", () =>
  expectGolden("unset-variable", { EMPTY: "" }));
test("an unknown var is pointed at inside its string, and vars in a circle are shown", () =>
  expectGolden("unknown-var"));
test("a literal secret is a warning that does not show it", () => expectGolden("literal-secret"));
test("a config that is not there", () => expectGolden("no-such-config"));
test("files and folders that are not there", () => expectGolden("missing-file"));
test("a command is a list of strings, and a string is a script", () => expectGolden("wrong-command"));
test("versions that are each other's in a circle are shown link by link", () => expectGolden("version-circle"));
test("keys of a version rule that do not go together", () => expectGolden("version-stray-keys"));
test("patterns, ranges, expressions and digests that are none", () => expectGolden("version-bad-forms"));
test("several errors are all told, in the order of the file", () => expectGolden("several"));

test.run();
