import type { Command } from "../command.ts";
import { OF_AN_ANSWER } from "./options.ts";

export const list: Command = {
  name: "list",
  usage: "mirror list",
  summary: "list images, targets, bundles and tasks",
  details: "Reads the config alone.",
  examples: [{ line: "mirror list --json", does: "for other programs" }],
  options: OF_AN_ANSWER,
  run: async (host, args) => (await import("../list.ts")).list(host, args),
};
