import type { Command } from "../command.ts";
import { OF_AN_ANSWER } from "./options.ts";

export const check: Command = {
  name: "check",
  usage: "mirror check [--fix]",
  summary: "check the config and its bundles, and that the product names the images and versions it declares",
  details: `Reads the config: its form, the names in it, the files it names, and that nothing needs itself. Then compares what
its "references" find in the product (values of charts, RELATED_IMAGE_*, Makefiles, any text) with what is declared,
and prints every difference with its place. Sources in git are fetched for that; without references, or with
--config-only, nothing is asked of the network. Bundles are judged as a run would judge them before it pushes anything.

--fix edits the files of folders in place, and nothing in them but what differs: comments, quotes and layout stay.
What mirror fetched from git is never edited: name a work tree of your own with --source. Exit code 1 says that
differences are left which nobody has accepted, 2 that the config or a bundle is wrong.`,
  examples: [
    { line: "mirror check -c release/mirror.config.yaml", does: "another config" },
    { line: "mirror check --fix --source operator=../seldon-deploy-operator", does: "mend a work tree of your own" },
    { line: "mirror check --fix --dry-run", does: "the diff alone" },
  ],
  options: [
    { name: "fix", help: "edit the references that differ, and print the diff" },
    { name: "dry-run", help: "with --fix: write nothing" },
    {
      name: "source",
      value: "NAME=FOLDER",
      repeated: "repeated",
      help: "look into a folder of your own in place of a source",
    },
    { name: "config-only", help: "leave the references out" },
    ...OF_AN_ANSWER,
  ],
  run: async (host, args) => (await import("../check.ts")).check(host, args),
};
