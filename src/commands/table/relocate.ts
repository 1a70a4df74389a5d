import type { Command } from "../command.ts";
import { COLOR, CONFIG } from "./options.ts";

export const relocate: Command = {
  name: "relocate",
  usage: "mirror relocate [--target TARGET] [--format FORM…] [--output FOLDER]",
  summary: "make an installation pull from a target",
  details: `Charts and manifests name images where they come from. This writes what makes a cluster pull them from a target:

  values        for each chart, a values file: each value that an image comes from is found by rendering the chart
                with marks in its values, and what it yields is checked by rendering it once more
  hosts         containerd's certs.d/HOST/hosts.toml; images must stand at the target under their own paths
  k3s           registries.yaml of K3s and RKE2
  mirror-sets   OpenShift's ImageDigestMirrorSet and ImageTagMirrorSet
  map           each image's old name and its new one

What a form cannot redirect is listed, with the reason. Nothing is written without --output; with one --format and no
--output its files are printed.`,
  examples: [
    { line: "mirror relocate --target harbor", does: "what each form would cover" },
    { line: "mirror relocate --target harbor --output relocated", does: "write all forms into a folder" },
    { line: "mirror relocate --format values > offline.yaml", does: "the values for the chart of the only target" },
  ],
  options: [
    {
      name: "target",
      short: "t",
      value: "TARGET",
      help: "the target to pull from; may be left out where there is one",
    },
    {
      name: "format",
      short: "f",
      value: "FORM",
      repeated: "repeated",
      help: "values, hosts, k3s, mirror-sets or map (default: all)",
    },
    { name: "output", short: "o", value: "FOLDER", help: "write the files into this folder" },
    CONFIG,
    COLOR,
  ],
  run: async (host, args) => (await import("../relocate.ts")).relocate(host, args),
};
