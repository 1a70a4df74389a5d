import type { Command } from "../command.ts";
import { DEFAULT_ATTEMPTS } from "../limits.ts";
import { FAIL_FAST, FROM, FROZEN, NO_FROZEN, OF_A_RUN, TARGET, WAIT } from "./options.ts";

export const run: Command = {
  name: "run",
  usage: "mirror run [NAME|GLOB…] [--target TARGET…]",
  summary: "do what is named, and all it needs",
  details: `Names are those of nodes as "mirror graph" prints them (copy:harbor/mysql, bundle:*, build_push_cert), or an
image's own name for all its copies. Without names or targets everything runs but tasks that nothing needs.

What waits on the outside (certification, publication, a scan) ends the run with exit code 4, and the next run goes on
from there; with --wait it is asked again until it has come or the time is over.

What is up to date at its target is not sent again. Signatures, SBOMs and attestations are copied with their image;
those that were added at the source since then are copied with --signatures. A node that fails blocks what needs it and nothing else.
The first Ctrl-C starts nothing new and ends what is at work; the second stops at once.`,
  examples: [
    { line: "mirror run", does: "publish every image of every target, and the bundles" },
    { line: "mirror run build_push_cert", does: "run one task and all it needs" },
    { line: "mirror run --target harbor", does: "mirror the images of one target" },
    { line: "mirror run 'copy:harbor/my*' --fail-fast", does: "some nodes, and stop starting at the first failure" },
    { line: "mirror run build_push_cert --wait 2h", does: "ask again for two hours before giving it back as waiting" },
  ],
  options: [
    TARGET,
    FROM,
    { name: "dry-run", help: "write nothing: the same as mirror plan" },
    FAIL_FAST,
    { name: "signatures", help: "look for signatures of images that are up to date too, and copy what is new" },
    {
      name: "attempts",
      value: "N",
      help: `attempts at a node whose failures may pass (default: ${DEFAULT_ATTEMPTS})`,
    },
    WAIT,
    FROZEN,
    NO_FROZEN,
    ...OF_A_RUN,
  ],
  run: async (host, args) => (await import("../run.ts")).run(host, args),
};
