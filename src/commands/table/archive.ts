import type { Command } from "../command.ts";
import { COLOR, JSON_DOCUMENT, QUIET } from "./options.ts";

export const archive: Command = {
  name: "archive",
  usage: "mirror archive verify|list FILE…, mirror archive diff FILE FILE",
  summary: "look into archives: verify, list, diff",
  details: `verify reads and hashes every blob and looks whether every image has all that it names: before the journey, not
after. list says what is in an archive from its index and manifests, whatever its size. diff says what the second of two
has otherwise than the first.

FILE is a tar or folder in the OCI layout, of mirror or of another tool. Several files are read as one: volumes, or an
archive that was saved with --since and what it builds on. Needs no config.`,
  examples: [
    { line: "mirror archive verify release.tar", does: "is it whole?" },
    { line: "mirror archive list release.tar", does: "what is in it" },
    { line: "mirror archive diff 1.2.0.tar 1.2.1.tar", does: "what is new" },
  ],
  options: [JSON_DOCUMENT, QUIET, COLOR],
  run: async (host, args) => (await import("../archive.ts")).archive(host, args),
};
