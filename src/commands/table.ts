import type { Command, Option } from "./command.ts";
import { DEFAULT_ATTEMPTS, DEFAULT_JOBS } from "./limits.ts";

const CONFIG: Option = {
  name: "config",
  short: "c",
  value: "FILE",
  help: "the config (default: mirror.config.yaml in this folder or the nearest above)",
};
const JSON_EVENTS: Option = { name: "json", help: "print events as NDJSON, one object a line" };
const JSON_DOCUMENT: Option = { name: "json", help: "print a JSON document" };
const COLOR: Option = { name: "no-color", help: "print without colours (also: NO_COLOR)" };
const QUIET: Option = { name: "quiet", short: "q", help: "print warnings, failures and the summary only" };
const JOBS: Option = { name: "jobs", short: "j", value: "N", help: `nodes at work at once (default: ${DEFAULT_JOBS})` };
const TARGET: Option = {
  name: "target",
  short: "t",
  value: "TARGET",
  repeated: "repeated",
  help: "all images of a target, and what they need",
};

/** Every command, in the order of the help. Their code is loaded when they run. */
export const commands: readonly Command[] = [
  {
    name: "run",
    usage: "mirror run [NAME|GLOB…] [--target TARGET…]",
    summary: "do what is named, and all it needs",
    details: `Names are those of nodes as "mirror graph" prints them (copy:harbor/mysql, bundle:*, build_push_cert), or an
image's own name for all its copies. Without names or targets everything runs but tasks that nothing needs.

What is up to date at its target is not sent again. Signatures, SBOMs and attestations are copied with their image;
those that were added at the source since then are copied with --signatures. A node that fails blocks what needs it and nothing else.
The first Ctrl-C starts nothing new and ends what is at work; the second stops at once.`,
    examples: [
      { line: "mirror run", does: "publish every image of every target, and the bundles" },
      { line: "mirror run build_push_cert", does: "run one task and all it needs" },
      { line: "mirror run --target harbor", does: "mirror the images of one target" },
      { line: "mirror run 'copy:harbor/my*' --fail-fast", does: "some nodes, and stop starting at the first failure" },
    ],
    options: [
      TARGET,
      { name: "dry-run", help: "write nothing: the same as mirror plan" },
      { name: "fail-fast", help: "start nothing new after the first failure" },
      { name: "signatures", help: "look for signatures of images that are up to date too, and copy what is new" },
      {
        name: "attempts",
        value: "N",
        help: `attempts at a node whose failures may pass (default: ${DEFAULT_ATTEMPTS})`,
      },
      JOBS,
      CONFIG,
      JSON_EVENTS,
      QUIET,
      COLOR,
    ],
    run: async (host, args) => (await import("./run.ts")).run(host, args),
  },
  {
    name: "plan",
    usage: "mirror plan [NAME|GLOB…] [--target TARGET…]",
    summary: "say what a run would do; nothing is written",
    details: `Resolves versions, asks every target what is there, and prints for each node whether it is up to date, would be
created or moved, and the bytes that would cross.`,
    examples: [
      { line: "mirror plan", does: "all targets and bundles" },
      { line: "mirror plan --target harbor", does: "one target" },
    ],
    options: [TARGET, JOBS, CONFIG, JSON_EVENTS, QUIET, COLOR],
    run: async (host, args) => (await import("./plan.ts")).plan(host, args),
  },
  {
    name: "graph",
    usage: "mirror graph [NAME|GLOB…] [--target TARGET…] [--format FORMAT]",
    summary: "print what needs what; asks nothing of the network",
    details: "FORMAT is tree (the default), mermaid, dot or json.",
    examples: [
      { line: "mirror graph build_push_cert", does: "the tree below one task" },
      { line: "mirror graph --format dot | dot -Tsvg", does: "a picture of the whole" },
    ],
    options: [
      TARGET,
      { name: "format", short: "f", value: "FORMAT", help: "tree, mermaid, dot or json" },
      CONFIG,
      COLOR,
    ],
    run: async (host, args) => (await import("./graph.ts")).graph(host, args),
  },
  {
    name: "list",
    usage: "mirror list",
    summary: "list images, targets, bundles and tasks",
    details: "Reads the config alone.",
    examples: [{ line: "mirror list --json", does: "for other programs" }],
    options: [CONFIG, JSON_DOCUMENT, COLOR],
    run: async (host, args) => (await import("./list.ts")).list(host, args),
  },
  {
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
    run: async (host, args) => (await import("./images.ts")).images(host, args),
  },
  {
    name: "check",
    usage: "mirror check",
    summary: "check the config, and show every error with its place",
    details: "Reads the config alone: its form, the names in it, the files it names, and that nothing needs itself.",
    examples: [{ line: "mirror check -c release/mirror.config.yaml", does: "another config" }],
    options: [CONFIG, JSON_DOCUMENT, COLOR],
    run: async (host, args) => (await import("./check.ts")).check(host, args),
  },
];
