import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT } from "./options.ts";

export const check: Command = {
  name: "check",
  usage: "mirror check",
  summary: "check the config, and show every error with its place",
  details: "Reads the config alone: its form, the names in it, the files it names, and that nothing needs itself.",
  examples: [{ line: "mirror check -c release/mirror.config.yaml", does: "another config" }],
  options: [CONFIG, JSON_DOCUMENT, COLOR],
  run: async (host, args) => (await import("../check.ts")).check(host, args),
};
