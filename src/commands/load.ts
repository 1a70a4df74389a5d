import { someFiles } from "./archive-files.ts";
import type { Arguments, Host } from "./command.ts";
import { runSession } from "./session.ts";

/** `mirror load`: brings the images of an archive to targets, by the same nodes as from the network. */
export async function load(host: Host, args: Arguments): Promise<number> {
  const from = someFiles(host, args.names, "mirror load");
  const targets = args.values.get("target") ?? [];
  return runSession(host, args, args.flags.has("dry-run") ? "plan" : "run", {
    from,
    selection: { names: [], targets },
  });
}
