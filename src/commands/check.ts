import { relative } from "node:path";
import type { Config } from "../config/index.ts";
import { layOut } from "../plan/index.ts";
import { colorFor, renderFailure } from "../report/index.ts";
import { checkedReferences, printReferences, type ReferencesChecked, referencesDocument } from "./check-references.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";

/**
 * `mirror check`: reads the config and lays out its graph, then compares the references. What is wrong with the config
 * is thrown, warnings are printed. Gives 1 where references differ.
 */
export async function check(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const counts = countsOf(config);
  const references = await checkedReferences(host, args, config);
  if (args.flags.has("json")) {
    const document = { file: config.file, ...counts, warnings: config.warnings, ...referencesDocument(references) };
    host.out.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    print(host, args, config, counts, references);
  }
  return references?.left === "some" ? 1 : 0;
}

type Counts = ReturnType<typeof countsOf>;

function countsOf(config: Config) {
  return {
    images: config.images.size,
    targets: config.targets.size,
    bundles: config.bundles.size,
    tasks: config.tasks.size,
    nodes: layOut(config, new Map()).nodes.size,
    warnings: config.warnings.length,
  };
}

function print(host: Host, args: Arguments, config: Config, counts: Counts, references: ReferencesChecked | undefined) {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  for (const warning of config.warnings) host.err.write(`${renderFailure(warning, { color, severity: "warning" })}\n`);
  const sentence = Object.entries(counts).map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`);
  host.out.write(`${relative(host.cwd, config.file)} is right: ${sentence.join(", ")}\n`);
  if (references !== undefined) printReferences(host, args, references);
}
