import { filesOf } from "./archive-files.ts";
import type { Arguments, Host } from "./command.ts";
import { runSession } from "./session.ts";

/** `mirror run`: does what is named and all it needs. */
export function run(host: Host, args: Arguments): Promise<number> {
  const from = filesOf(host, args.values.get("from") ?? []);
  return runSession(host, args, args.flags.has("dry-run") ? "plan" : "run", { from });
}
