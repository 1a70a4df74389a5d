import type { Command } from "../command.ts";
import { OF_AN_ANSWER, TARGET } from "./options.ts";

export const status: Command = {
  name: "status",
  usage: "mirror status [IMAGE|GLOB…] [--target TARGET…] [--format FORMAT]",
  summary: "say how the release stands at every target, and what it waits for",
  details: `A table of images and bundles by targets. A cell is one of:
  up to date    the digest of the release is there (there: so is something that is built here)
  missing       nothing is there
  other digest  its tag stands at another digest, and a run would move it
  conflict      its tag stands at another digest, and is immutable
  tag moved     the digest of the lock is there, and upstream's tag has moved since
  unsigned      it lacks the signature that the target requires

Registries that know more than that the bytes are there tell it: pushed, certified, published or failed.

The digests are those of mirror.lock.yaml, or what the registries give now. Each image costs one HEAD upstream and one
at each target. With --from nothing but an archive and the lock is looked at. Where the config has references, the
versions that the product names stand beside the declared ones.

Exit codes: 0 complete; 1 something is to be done; 3 a conflict; 4 only others have something to do.`,
  examples: [
    { line: "mirror status", does: "all targets" },
    { line: "mirror status --target harbor 'mysql*'", does: "some images at one target" },
    { line: "mirror status --format markdown", does: "a table for a pull request" },
    { line: "mirror status --from release.tar", does: "offline: what an archive has of the lock" },
  ],
  options: [
    TARGET,
    { name: "extra", help: "list tags at the targets that the release does not know" },
    { name: "from", value: "ARCHIVE", repeated: "repeated", help: "look into an archive, and ask nobody" },
    { name: "format", short: "f", value: "FORMAT", help: "table (the default) or markdown" },
    ...OF_AN_ANSWER,
  ],
  run: async (host, args) => (await import("../status.ts")).status(host, args),
};
