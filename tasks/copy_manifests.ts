import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { TaskContext } from "mirror";
import { bundleOf, needed } from "./lib/bundle.ts";

/**
 * Puts the manifests of a bundle, as they are in its image, into a folder of the tree, to be committed there.
 *
 *     copy_manifests:
 *       needs: ["bundle:operator"]
 *       run: tasks/copy_manifests.ts
 *       env: { MANIFESTS: "packagemanifests-certified/${vars.release}" }
 */
export default async function copyManifests(context: TaskContext): Promise<string[]> {
  const { cwd, log } = context;
  const { folder } = await bundleOf(context);
  const to = resolve(cwd, needed(context, "MANIFESTS", "packagemanifests-certified/1.2.1"));
  const path = relative(cwd, to);
  // What is there is replaced: outside of the tree that would be somebody else's.
  if (path === "" || path.startsWith("..") || isAbsolute(path)) throw new Error(`${to} is not inside of ${cwd}`);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  await cp(join(folder, "manifests"), to, { recursive: true });
  const names = (await readdir(to)).sort();
  log(`${names.length} manifests in ${path}`);
  return names;
}
