import type { Command } from "../command.ts";
import { OF_AN_ANSWER } from "./options.ts";

export const diff: Command = {
  name: "diff",
  usage: "mirror diff [FROM [TO]]",
  summary: "compare two locks: what was added, removed and moved, and the bytes to ship",
  details: `FROM and TO are lock files, or what git knows as a commit: a tag, a branch, HEAD~1. FROM is HEAD unless it is
given, and TO is the lock beside the config.

The bytes to ship are those of the platforms that targets take, as far as no image of FROM has the same platform by its
digest; each is counted once. A lock knows no layers: those that images share are counted with each, so that it is the
most that has to move.`,
  examples: [
    { line: "mirror diff", does: "what changed since the last commit" },
    { line: "mirror diff v1.2.0", does: "what customers of v1.2.0 have to be sent" },
    { line: "mirror diff old.lock.yaml new.lock.yaml", does: "two files" },
  ],
  options: OF_AN_ANSWER,
  run: async (host, args) => (await import("../diff.ts")).diff(host, args),
};
