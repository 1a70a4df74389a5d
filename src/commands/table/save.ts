import type { Command } from "../command.ts";
import { FAIL_FAST, FROZEN, NO_FROZEN, OF_A_RUN, TARGET } from "./options.ts";

export const save: Command = {
  name: "save",
  usage:
    "mirror save [IMAGE|GLOB|chart:NAME…] --to FILE [--target TARGET…] [--since ARCHIVE|LOCK] [--volume-size SIZE]",
  summary: "save images to a file, to carry them where no network leads",
  details: `Writes an OCI layout in one tar: each blob once, with signatures and the lock that it fulfils, under the names that
images come from. Room on the disk is looked for first. While it is written, the file is called FILE.partial; a run that
was interrupted or killed goes on there, and one that is up to date writes nothing. A folder (--to release/) is gone on
with where it is, and what it has already is not written again.

With --since it holds only blobs that another archive does not have, or that the images of a lock do not need. With
--volume-size it becomes several files (FILE.1.tar …), each of which has whole images.`,
  examples: [
    { line: "mirror save --to offline-images --format docker-archive", does: "tars for docker load, one an image" },
    { line: "mirror save --to release.tar", does: "all images that any target takes" },
    { line: "mirror save --to release/", does: "the same in a folder, as skopeo's oci:" },
    { line: "mirror save --to release.tar --target harbor", does: "those of one target, for its platforms" },
    { line: "mirror save --to 1.2.1.tar --since 1.2.0.tar", does: "only what is new" },
    { line: "mirror save --to release.tar --volume-size 4G", does: "files that fit on a stick with FAT" },
  ],
  options: [
    { name: "to", value: "FILE", help: "the tar to write; with a slash at the end, or where one is there, a folder" },
    { ...TARGET, help: "only the images of a target, for its platforms" },
    {
      name: "platform",
      value: "OS/ARCH",
      repeated: "repeated",
      help: "only these platforms (default: those of the targets)",
    },
    { name: "since", value: "ARCHIVE|LOCK", help: "leave out what this archive or lock has" },
    { name: "volume-size", value: "SIZE", help: "several files of at most this size: 4G, 700M" },
    {
      name: "format",
      value: "oci|docker-archive",
      help: "docker-archive: --to is a folder, with a tar for each image and images-list.txt",
    },
    { name: "gzip", help: "with docker-archive: compress each tar" },
    { name: "dry-run", help: "write nothing: say what would be saved, and how much it is" },
    FAIL_FAST,
    FROZEN,
    NO_FROZEN,
    ...OF_A_RUN,
  ],
  run: async (host, args) => (await import("../save.ts")).save(host, args),
};
