import { relative } from "node:path";
import { layOut } from "../plan/index.ts";
import { colorFor, renderFailure } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";

/** `mirror check`: reads the config and lays out its graph; what is wrong is thrown, warnings are printed. */
export async function check(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const graph = layOut(config, new Map());
  const counts = {
    images: config.images.size,
    targets: config.targets.size,
    bundles: config.bundles.size,
    tasks: config.tasks.size,
    nodes: graph.nodes.size,
    warnings: config.warnings.length,
  };
  if (args.flags.has("json")) {
    host.out.write(`${JSON.stringify({ file: config.file, ...counts, warnings: config.warnings }, undefined, 2)}\n`);
    return 0;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  for (const warning of config.warnings) host.err.write(`${renderFailure(warning, { color, severity: "warning" })}\n`);
  const sentence = Object.entries(counts).map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`);
  host.out.write(`${relative(host.cwd, config.file)} is right: ${sentence.join(", ")}\n`);
  return 0;
}
