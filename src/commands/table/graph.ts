import type { Command } from "../command.ts";
import { COLOR, CONFIG, TARGET } from "./options.ts";

export const graph: Command = {
  name: "graph",
  usage: "mirror graph [NAME|GLOB…] [--target TARGET…] [--format FORMAT]",
  summary: "print what needs what; asks nothing of the network",
  details: "FORMAT is tree (the default), mermaid, dot or json.",
  examples: [
    { line: "mirror graph build_push_cert", does: "the tree below one task" },
    { line: "mirror graph --format dot | dot -Tsvg", does: "a picture of the whole" },
  ],
  options: [TARGET, { name: "format", short: "f", value: "FORMAT", help: "tree, mermaid, dot or json" }, CONFIG, COLOR],
  run: async (host, args) => (await import("../graph.ts")).graph(host, args),
};
