import type { Arguments, Host } from "./command.ts";
import { runSession } from "./session.ts";

/** `mirror plan`: visits what a run would do, and says it; nothing is written. */
export function plan(host: Host, args: Arguments): Promise<number> {
  return runSession(host, args, "plan");
}
