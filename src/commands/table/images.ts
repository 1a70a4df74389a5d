import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT } from "./options.ts";

export const images: Command = {
  name: "images",
  usage: "mirror images FILE|FOLDER|-…",
  summary: "list every image that rendered manifests name, and where",
  details: `Reads Kubernetes manifests from files, from the YAML files of a folder, or from the standard input (-). It needs
no config and, without --confirm, asks nothing of the network.

An image is sure where the structure or a key says that it is one: containers, image keys, split repository and tag,
options such as --x-image=Y, texts inside ConfigMaps and Secrets, annotations of charts, defaults of CRDs. A value that
only looks like an image is a candidate. --confirm asks the registries of all of them: a candidate that is there is
confirmed, and a sure one that is missing has a dead source. With a config, its upstreams and credentials are used.`,
  examples: [
    { line: "helm template shop ./shop | mirror images -", does: "a table, by component" },
    { line: "mirror images --why rendered/", does: "every place where each image was found" },
    { line: "mirror images --plain --confirm all.yaml", does: "one reference a line: sure and confirmed ones" },
  ],
  options: [
    { name: "why", help: "print every place, and how the image was found there" },
    { name: "plain", help: "print one reference a line: sure and confirmed ones" },
    JSON_DOCUMENT,
    { name: "confirm", help: "ask registries for each image" },
    {
      name: "values",
      value: "FILE",
      repeated: "repeated",
      help: "values of the chart, to tell tags that are numbers there (8.0 renders as 8)",
    },
    CONFIG,
    COLOR,
  ],
  run: async (host, args) => (await import("../images.ts")).images(host, args),
};
