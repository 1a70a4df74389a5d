import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT } from "./options.ts";

export const tags: Command = {
  name: "tags",
  usage: "mirror tags IMAGE…",
  summary: "list the tags that version rules choose from, and why the others do not fit",
  details: `Asks the registry for the tags of an image's repository (or git for those of a source), and shows what its
version rule would choose now, what else fits, and why the rest does not. Nothing is written.

Docker Hub, Quay and Harbor also tell when each tag was pushed, and at which digest it stands. Where they do not tell it
to this account, that is a warning, and the names alone are listed.`,
  examples: [
    { line: "mirror tags alibi", does: "the newest 20, in the order of the rule" },
    { line: "mirror tags 'kfp-*' --all", does: "all tags of several images" },
  ],
  options: [CONFIG, { name: "all", help: "list every tag, not only the first 20" }, JSON_DOCUMENT, COLOR],
  run: async (host, args) => (await import("../tags.ts")).tags(host, args),
};
