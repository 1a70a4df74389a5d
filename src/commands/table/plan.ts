import type { Command } from "../command.ts";
import { FROZEN, NO_FROZEN, OF_A_RUN, TARGET } from "./options.ts";

export const plan: Command = {
  name: "plan",
  usage: "mirror plan [NAME|GLOB…] [--target TARGET…]",
  summary: "say what a run would do; nothing is written",
  details: `Resolves versions, asks every target what is there, and prints for each node whether it is up to date, would be
created or moved, and the bytes that would cross.`,
  examples: [
    { line: "mirror plan", does: "all targets and bundles" },
    { line: "mirror plan --target harbor", does: "one target" },
  ],
  options: [TARGET, FROZEN, NO_FROZEN, ...OF_A_RUN],
  run: async (host, args) => (await import("../plan.ts")).plan(host, args),
};
