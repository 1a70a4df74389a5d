import { type BundleFindings, foldersOf, readBundle, validateManifests } from "../bundle/index.ts";
import type { Bundle, Config } from "../config/index.ts";
import { Failed, failuresOf } from "../failure/index.ts";

/**
 * Judges the manifests and metadata of every bundle, as a run does before it makes them. What is said of their images
 * has to wait for the run: their digests are not known before. One that cannot be read is an error like others.
 */
export async function checkedBundles({ bundles }: Config): Promise<BundleFindings> {
  const all = await Promise.all([...bundles.values()].map(judged));
  return { errors: all.flatMap(({ errors }) => errors), warnings: all.flatMap(({ warnings }) => warnings) };
}

async function judged(bundle: Bundle): Promise<BundleFindings> {
  try {
    return await validateManifests(await readBundle(foldersOf(bundle)), bundle.validate);
  } catch (thrown) {
    if (thrown instanceof Failed) return { errors: failuresOf(thrown), warnings: [] };
    throw thrown;
  }
}
