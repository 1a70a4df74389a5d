import {
  type BundleFindings,
  type BundlePackage,
  bundleContent,
  catalogEntryOf,
  foldersOf,
  readBundle,
  replacementsOf,
  validateImages,
  validateManifests,
} from "../bundle/index.ts";
import type { Bundle } from "../config/index.ts";
import { Failed, unreachable } from "../failure/index.ts";
import { assembleImage } from "../oci/index.ts";
import { pinElsewhere, refuseOtherVersions, replacementOf } from "./bundle/references.ts";
import { bundleFolder, writeBundle } from "./bundle/write.ts";
import { askGatesAgain } from "./gate.ts";
import { publish } from "./publish.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

/**
 * Makes the image of an operator bundle and publishes it, where nothing is wrong with it. Its manifests then name the images of the bundle's target;
 * a reference to another version of such an image is a failure. One to an image that the target does not have is
 * pinned to what its own registry has, with a warning, or stays where references are by tag.
 */
export const bundle: StepOf<"bundle"> = async (step, context, scope) => {
  const declared = scope.config.bundles.get(step.bundle);
  if (declared === undefined) throw new Error(`no bundle ${step.bundle}`);
  const contents = await readBundle(foldersOf(declared));
  refuseInvalid(await validateManifests(contents, declared.validate), scope);
  if ([...context.values.values()].some(({ kind }) => kind === "unbuilt")) {
    const value = { kind: "unbuilt" } as const;
    return { kind: "done", value, effect: "changed", summary: "would be made once its images are built", bytes: 0 };
  }
  // Other bundles may come before this one: they are no images that manifests name.
  const copies = [...context.values].filter(([id]) => id.startsWith(`copy:${declared.images}/`));
  const images = copies.flatMap(([, value]) => (value.kind === "published" ? [value] : []));
  const content = await contentOf(declared, contents, images, scope, context.stopping);
  refuseInvalid(await validateImages(contents, content.files, declared.validate), scope);
  const files = content.files.map(({ path, bytes }) => ({ path, source: bytes, mode: "plain" as const }));
  const image = await assembleImage(
    { name: declared.name, files, labels: content.labels, platforms: ["linux/amd64"] },
    context.stopping,
  );
  if (scope.mode === "run") await writeBundle(content.files, declared.name, scope.config.folder);
  const unpublished = scope.mode === "run" ? await askGatesAgain(context.node.id, context, scope) : undefined;
  if (unpublished !== undefined) return { kind: "waiting", for: unpublished };
  const result = await publish(
    {
      name: declared.name,
      from: { source: image, repository: declared.name, digest: image.digest },
      target: declared.to.target,
      destination: { ...step.destination, tag: step.destination.tag ?? contents.csv.version },
      platforms: image.platforms,
    },
    context,
    scope,
  );
  if (result.kind !== "done") return result;
  const entry = catalogEntryOf(contents, content.files);
  const folder = bundleFolder(declared.name, scope.config.folder);
  const value = result.value.kind === "published" ? { ...result.value, folder, entry } : result.value;
  return { ...result, value, summary: `${result.summary}, ${said(declared, content.replaced.length)}` };
};

/** Throws `Failed` with all that is wrong with a bundle, each with its place; warns of the rest. */
function refuseInvalid({ errors, warnings }: BundleFindings, scope: Scope): void {
  for (const warning of warnings) scope.warn(warning);
  const [first, ...others] = errors;
  if (first === undefined) return;
  const related = others.flatMap(({ message, place }) => (place === undefined ? [] : [{ message, place }]));
  const detail = others.flatMap(({ message, place }) => (place === undefined ? [message] : []));
  throw new Failed({ ...first, related, detail });
}

async function contentOf(
  declared: Bundle,
  contents: BundlePackage,
  images: readonly PublishedImage[],
  scope: Scope,
  signal: AbortSignal,
) {
  if (declared.pin === "keep" || declared.images === undefined) return bundleContent(contents, () => undefined);
  const { pin } = declared;
  const known = images.map((image) => replacementOf(image, pin, scope));
  const { replace, unmapped } = replacementsOf(known);
  const content = bundleContent(contents, replace);
  const unknown = content.unmapped.map((found) => ({ found, failure: unmapped(found, declared.images ?? "") }));
  refuseOtherVersions(unknown);
  const elsewhere = await pinElsewhere(unknown, pin, scope, signal);
  if (pin === "tag") return content;
  return bundleContent(contents, replacementsOf([...known, ...elsewhere]).replace, "complete");
}

function said({ pin }: Bundle, count: number): string {
  const references = `${count} ${count === 1 ? "reference" : "references"}`;
  switch (pin) {
    case "digest":
    case "tag":
      return `${references} by ${pin}`;
    case "keep":
      return "references as they were";
    default:
      return unreachable(pin);
  }
}
