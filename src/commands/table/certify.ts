import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT } from "./options.ts";

export const certify: Command = {
  name: "certify",
  usage: "mirror certify --check-only IMAGE|REFERENCE|ARCHIVE [NAME]",
  summary: "make Red Hat's container checks of an image, and tell what to do",
  details: `Makes the checks that Red Hat makes of a container before it is certified, without running or unpacking it: of an
image of the config, of any reference, or of an image in an archive (an OCI layout in a tar or folder). Each layer is
read through once; of an index, the images for amd64, arm64, ppc64le and s390x are checked.

Submitting is the work of nodes: mirror run 'certify:TARGET/IMAGE'.

Ends with 0 where all checks pass, 1 where one does not, and 4 where none fails but one could not be made here: Red Hat's
catalog was not there to tell the base image.`,
  examples: [
    { line: "mirror certify --check-only deploy", does: "an image of the config, under its name at Red Hat" },
    { line: "mirror certify --check-only quay.io/team/app:1.2", does: "any image in a registry" },
    { line: "mirror certify --check-only app --policy scratch-nonroot", does: "an image made FROM scratch" },
    { line: "mirror certify --check-only app --judge preflight", does: "let Red Hat's own program judge" },
  ],
  options: [
    { name: "check-only", help: "check, and submit nothing" },
    {
      name: "policy",
      value: "POLICY",
      help: "container (default), root, scratch-nonroot or scratch-root, as the component is set up",
    },
    { name: "judge", value: "JUDGE", help: "mirror (default) or preflight, the program of that name on PATH" },
    { name: "as", value: "REFERENCE", help: "the name under which it is to be certified (default: its own)" },
    {
      name: "ubi-layers",
      value: "FILE",
      help: "layers of base images, one digest a line, instead of asking the catalog",
    },
    JSON_DOCUMENT,
    CONFIG,
    COLOR,
  ],
  run: async (host, args) => (await import("../certify.ts")).certify(host, args),
};
