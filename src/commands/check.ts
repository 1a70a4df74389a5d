import { relative } from "node:path";
import type { BundleFindings } from "../bundle/index.ts";
import type { Config } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import { layOut } from "../plan/index.ts";
import { colorFor, renderFailure } from "../report/index.ts";
import { checkedBundles } from "./check-bundles.ts";
import { checkedReferences, printReferences, type ReferencesChecked, referencesDocument } from "./check-references.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";

/**
 * `mirror check`: reads the config and lays out its graph, compares the references, then judges the bundles. What is
 * wrong with the config is thrown, warnings are printed. Gives 1 where references differ, 2 where a bundle is wrong.
 */
export async function check(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const references = await checkedReferences(host, args, config);
  // After the references: what --fix mends may stand in a bundle.
  const bundles = await checkedBundles(config);
  const counts = countsOf(config, bundles);
  if (args.flags.has("json")) {
    const document = {
      file: config.file,
      ...counts,
      warnings: [...config.warnings, ...bundles.warnings],
      errors: bundles.errors,
      ...referencesDocument(references),
    };
    host.out.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    print(host, args, { config, counts, references, bundles });
  }
  if (bundles.errors.length > 0) return 2;
  return references?.left === "some" ? 1 : 0;
}

type Counts = ReturnType<typeof countsOf>;

function countsOf(config: Config, bundles: BundleFindings) {
  return {
    images: config.images.size,
    targets: config.targets.size,
    bundles: config.bundles.size,
    tasks: config.tasks.size,
    nodes: layOut(config, new Map()).nodes.size,
    warnings: config.warnings.length + bundles.warnings.length,
  };
}

interface Checked {
  readonly config: Config;
  readonly counts: Counts;
  readonly references: ReferencesChecked | undefined;
  readonly bundles: BundleFindings;
}

function print(host: Host, args: Arguments, { config, counts, references, bundles }: Checked): void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  const tell = (severity: "error" | "warning") => (failure: Failure) =>
    host.err.write(`${renderFailure(failure, { color, severity, columns: host.err.columns })}\n`);
  [...config.warnings, ...bundles.warnings].forEach(tell("warning"));
  bundles.errors.forEach(tell("error"));
  const sentence = Object.entries(counts).map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`);
  const file = relative(host.cwd, config.file);
  const wrong = bundles.errors.length;
  const verdict = wrong === 0 ? "is right" : `has ${wrong} ${wrong === 1 ? "error" : "errors"} in its bundles`;
  host.out.write(`${file} ${verdict}: ${sentence.join(", ")}\n`);
  if (references !== undefined) printReferences(host, args, references);
}
