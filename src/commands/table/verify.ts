import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT, QUIET } from "./options.ts";

export const verify: Command = {
  name: "verify",
  usage: "mirror verify [TARGET…|ARCHIVE…] [--deep]",
  summary: "say whether every image of the release is there, whole",
  details: `Every image of the lock is looked for by digest: at a target under the name of its naming rule, or in an archive.
The lock is the one beside the config, or the one that the archive carries; what it does not have is resolved at the
registries. Of an index that a target takes for some platforms, these have to be in it and no others. What is built here
has no digest in the lock: it has to be there.

With --deep every manifest, blob, signature and other referrer is read and hashed. Of several targets each is looked at;
several files are read as one archive. Without a name all targets are meant.

Exit codes: 0 all is there; 1 something is missing or wrong.`,
  examples: [
    { line: "mirror verify harbor", does: "ask a target for every digest" },
    { line: "mirror verify harbor --deep", does: "read it all" },
    { line: "mirror verify release.tar", does: "whether an archive has what its lock says" },
  ],
  options: [{ name: "deep", help: "read and hash every byte" }, CONFIG, JSON_DOCUMENT, QUIET, COLOR],
  run: async (host, args) => (await import("../verify.ts")).verify(host, args),
};
