import type { Command } from "../command.ts";
import { OF_AN_ANSWER } from "./options.ts";

export const pin: Command = {
  name: "pin",
  usage: "mirror pin [--update [NAME|GLOB…]]",
  summary: "resolve what the lock does not have; with --update move what it has",
  details: `Writes mirror.lock.yaml beside the config: for every image its tag, digest, platforms and sizes, the rule and what it
chose from; for every source its commit; for every chart its version and its images. What the lock has already is
compared with its registry by one request an image: a tag that moved since is told, and stays as it is locked.

--update resolves anew: everything that is not held, or what is named: images, charts (their source and their images),
sources. A held image (hold in the config) never moves.`,
  examples: [
    { line: "mirror pin", does: "after editing the config: add what is new" },
    { line: "mirror pin --update", does: "move every rule to what it chooses now" },
    { line: "mirror pin --update 'kfp-*' mlrun-ce", does: "move some images and a chart" },
    { line: "mirror pin --update --dry-run", does: "say what would move" },
  ],
  options: [
    {
      name: "update",
      short: "u",
      help: "resolve anew what the lock has: all, or the images, charts and sources that are named",
    },
    { name: "dry-run", help: "write nothing" },
    ...OF_AN_ANSWER,
  ],
  run: async (host, args) => (await import("../pin.ts")).pin(host, args),
};
