import type { Command } from "../command.ts";
import { COLOR, CONFIG, JSON_DOCUMENT } from "./options.ts";

export const images: Command = {
  name: "images",
  usage: "mirror images [CHART|FILE|FOLDER|-…]",
  summary: "list every image that charts or rendered manifests name, and where",
  details: `Renders charts of the config at the pins of their sources, all of them where nothing is named; or reads Kubernetes
manifests from files, from the YAML files of a folder, or from the standard input (-), for which it needs no config and,
without --confirm, asks nothing of the network. A plain word is a chart of the config first: ./shop is a folder then.

An image is sure where the structure or a key says that it is one: containers, image keys, split repository and tag,
options such as --x-image=Y, texts inside ConfigMaps and Secrets, annotations of charts, defaults of CRDs. A value that
only looks like an image is a candidate. --confirm asks the registries of all of them: a candidate that is there is
confirmed, and a sure one that is missing has a dead source. With a config, its upstreams and credentials are used.`,
  examples: [
    { line: "mirror images mlrun-ce --why", does: "a chart of the config: every image, and where it is named" },
    { line: "mirror images mlrun-ce --offline", does: "the same, from what was fetched before" },
    { line: "helm template shop ./shop | mirror images -", does: "a table, by component" },
    { line: "mirror images --why rendered/", does: "every place where each image was found" },
    { line: "mirror images --plain --confirm all.yaml", does: "one reference a line: sure and confirmed ones" },
  ],
  options: [
    { name: "why", help: "print every place, and how the image was found there" },
    { name: "plain", help: "print one reference a line: sure and confirmed ones" },
    JSON_DOCUMENT,
    { name: "confirm", help: "ask registries for each image" },
    { name: "frozen", help: "fail where the images of a chart are not those in the lock" },
    { name: "offline", help: "take sources and dependencies of charts from the cache: nobody is asked" },
    {
      name: "values",
      value: "FILE",
      repeated: "repeated",
      help: "values that manifests were rendered with, to tell tags that are numbers there (8.0 renders as 8)",
    },
    CONFIG,
    COLOR,
  ],
  run: async (host, args) => (await import("../images.ts")).images(host, args),
};
