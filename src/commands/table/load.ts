import type { Command } from "../command.ts";
import { FAIL_FAST, OF_A_RUN, TARGET } from "./options.ts";

export const load: Command = {
  name: "load",
  usage: "mirror load ARCHIVE… [--target TARGET…]",
  summary: "bring the images of an archive to targets",
  details: `The same as mirror run --from ARCHIVE: the same nodes, names, gates and report as from the network, but images are
read from the file, where they stand in it; nothing is unpacked. Versions and the images of charts are those of the lock in the archive, and what is built is read
from it: neither a registry nor a chart's repository is asked.

Several files are read as one: volumes, or an archive that was saved with --since and what it builds on.`,
  examples: [
    { line: "mirror load release.tar --target harbor", does: "push what a target takes" },
    { line: "mirror load 1.2.1.tar 1.2.0.tar -t harbor", does: "what is new, and what it builds on" },
  ],
  options: [TARGET, { name: "dry-run", help: "write nothing: say what would be pushed" }, FAIL_FAST, ...OF_A_RUN],
  run: async (host, args) => (await import("../load.ts")).load(host, args),
};
