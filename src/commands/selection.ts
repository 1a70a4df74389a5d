import type { Selection } from "../plan/index.ts";
import type { Arguments } from "./command.ts";

/** What a command line selects of the graph. */
export const selectionOf = (args: Arguments): Selection => ({
  names: args.names,
  targets: args.values.get("target") ?? [],
});
