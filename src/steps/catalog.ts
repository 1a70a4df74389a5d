import { type CatalogBundle, type CatalogFile, fileBasedCatalog } from "../bundle/index.ts";
import { type Catalog, globToTest } from "../config/index.ts";
import { type AssembledImage, assembleImage, type ImageAt } from "../oci/index.ts";
import { previousIn } from "./catalog/previous.ts";
import { writeCatalog } from "./catalog/write.ts";
import { originOf } from "./origin.ts";
import { publish } from "./publish.ts";
import type { StepOf } from "./scope.ts";
import type { StepValues } from "./value.ts";

/** Where opm and OLM look for a catalog in its image. */
const LABELS = { "operators.operatorframework.io.index.configs.v1": "/configs" };
const SERVE = { entrypoint: ["/bin/opm"], cmd: ["serve", "/configs", "--cache-dir=/tmp/cache"] };

/**
 * Makes the image of a file-based catalog and publishes it: the bundles of the config by the digests that they have
 * just got, and earlier ones by those that their registry tells.
 */
export const catalog: StepOf<"catalog"> = async (step, context, scope) => {
  const declared = scope.config.catalogs.get(step.catalog);
  if (declared === undefined) throw new Error(`no catalog ${step.catalog}`);
  const base = declared.base === undefined ? undefined : await originOf(declared.base, context.values, scope);
  const own = bundlesOf(declared, context.values);
  if (base === "unbuilt" || own === "unbuilt") {
    const value = { kind: "unbuilt" } as const;
    const summary = "would be made once its bundles and its base are built";
    return { kind: "done", value, effect: "changed", summary, bytes: 0 };
  }
  const previous = await previousIn(declared, own, scope, context.stopping);
  const bundles = [...own, ...previous];
  const files = await fileBasedCatalog(bundles, declared.defaultChannel);
  const image = await imageOf(declared, files, base?.from, context.stopping);
  if (scope.mode === "run") await writeCatalog(files, declared.name, scope.config.folder);
  const result = await publish(
    {
      name: declared.name,
      from: { source: image, repository: declared.name, digest: image.digest },
      target: declared.to.target,
      destination: { ...step.destination, tag: step.destination.tag ?? (await newestOf(bundles)) },
      platforms: image.platforms,
    },
    context,
    scope,
  );
  if (result.kind !== "done") return result;
  const count = `${bundles.length} ${bundles.length === 1 ? "bundle" : "bundles"}`;
  return { ...result, summary: `${result.summary}, ${count}` };
};

function bundlesOf({ bundles }: Catalog, values: StepValues): readonly CatalogBundle[] | "unbuilt" {
  const tests = bundles.map(({ pattern }) => globToTest(pattern));
  const found: CatalogBundle[] = [];
  for (const [id, value] of values) {
    if (!tests.some((fits) => fits(id))) continue;
    if (value.kind === "unbuilt") return "unbuilt";
    if (value.kind !== "published" || value.entry === undefined) throw new Error(`${id} is no bundle`);
    found.push({ entry: value.entry, image: value.pinned });
  }
  return found;
}

function imageOf(
  { name }: Catalog,
  files: readonly CatalogFile[],
  base: ImageAt | undefined,
  signal: AbortSignal,
): Promise<AssembledImage> {
  const content = files.map(({ path, text }) => ({ path, source: Buffer.from(text), mode: "plain" as const }));
  const on = base === undefined ? { platforms: ["linux/amd64"] } : { base, ...SERVE };
  return assembleImage({ name, files: content, labels: LABELS, ...on }, signal);
}

async function newestOf(bundles: readonly CatalogBundle[]): Promise<string> {
  const { default: semver } = await import("semver");
  const [newest = "latest"] = bundles.map(({ entry }) => entry.version).sort(semver.rcompare);
  return newest.replaceAll("+", "_");
}
