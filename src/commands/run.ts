import type { Arguments, Host } from "./command.ts";
import { runSession } from "./session.ts";

/** `mirror run`: does what is named and all it needs. */
export function run(host: Host, args: Arguments): Promise<number> {
  return runSession(host, args, args.flags.has("dry-run") ? "plan" : "run");
}
