import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskContext } from "mirror";

/** The bundle that a task is about. */
export interface Bundle {
  /** Its files, as they are in its image: manifests, metadata, tests. */
  readonly folder: string;
  /** By which catalogs know the operator. */
  readonly package: string;
  readonly version: string;
  readonly pinned: string;
}

/** The one bundle before a task in the graph, or of several the one that `BUNDLE` in its `env` names. */
export async function bundleOf({ name, images, env }: TaskContext): Promise<Bundle> {
  const bundles = Object.values(images).filter(({ folder }) => folder !== undefined);
  const wanted = env.BUNDLE === undefined ? bundles : bundles.filter((bundle) => bundle.name === env.BUNDLE);
  const [bundle, other] = wanted;
  if (bundle?.folder === undefined) throw new Error(`${name} needs a bundle: write needs: ["bundle:NAME"]`);
  if (other !== undefined) {
    throw new Error(`Several bundles come before ${name}: name one with env: { BUNDLE: ${bundle.name} }`);
  }
  const annotations = await readFile(join(bundle.folder, "metadata/annotations.yaml"), "utf8");
  const found = /operators\.operatorframework\.io\.bundle\.package\.v1["']?:\s*["']?([\w.-]+)/.exec(annotations);
  if (found?.[1] === undefined) throw new Error(`${bundle.folder}/metadata/annotations.yaml names no package`);
  const version = bundle.reference.slice(bundle.reference.lastIndexOf(":") + 1).replace(/^v/, "");
  return { folder: bundle.folder, package: found[1], version, pinned: bundle.pinned };
}

/** A variable of a task that has to be set. */
export function needed({ name, env }: TaskContext, variable: string, example: string): string {
  const value = env[variable];
  if (value === undefined || value === "") throw new Error(`${name} needs env: { ${variable}: ${example} }`);
  return value;
}
