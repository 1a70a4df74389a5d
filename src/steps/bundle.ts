import { bundleContent, type Replacement, readBundle, replacementsOf } from "../bundle/index.ts";
import type { Bundle } from "../config/index.ts";
import { FailedTogether } from "../failure/index.ts";
import { assembleImage } from "../oci/index.ts";
import { destinationOf, tagOf } from "../plan/index.ts";
import { waysOf } from "../registries/index.ts";
import { publish } from "./publish.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { PublishedImage } from "./value.ts";

/**
 * Makes the image of an operator bundle and publishes it. Its manifests then name the images of the bundle's target,
 * by digest. A reference to another version of such an image is a failure; one to an image that the target does not
 * have stays as it is, with a warning.
 */
export const bundle: StepOf<"bundle"> = async (step, context, scope) => {
  const declared = scope.config.bundles.get(step.bundle);
  if (declared === undefined) throw new Error(`no bundle ${step.bundle}`);
  const contents = await readBundle({ manifests: declared.manifests, metadata: declared.metadata });
  const images = [...context.values.values()].filter((value) => value.kind === "published");
  const content = contentOf(declared, contents, images, scope);
  const image = await assembleImage(
    { name: declared.name, files: content.files, labels: content.labels, platforms: ["linux/amd64"] },
    context.stopping,
  );
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
  return { ...result, summary: `${result.summary}, ${counted(content.replaced.length)} by digest` };
};

function contentOf(
  declared: Bundle,
  contents: Awaited<ReturnType<typeof readBundle>>,
  images: readonly PublishedImage[],
  scope: Scope,
) {
  const { replace, unmapped } = replacementsOf(images.map((image) => replacementOf(image, scope)));
  const content = bundleContent(contents, replace);
  const failures = content.unmapped.map((found) => unmapped(found, declared.images));
  const wrong = failures.filter(({ code }) => code === "bundle/version-differs");
  if (wrong.length > 0) throw new FailedTogether(wrong);
  for (const failure of failures) scope.warn(failure);
  return content;
}

/** An image by all the names that manifests may call it: where it comes from, and as any target publishes it. */
function replacementOf(image: PublishedImage, { config, pins }: Scope): Replacement {
  const declared = config.images.get(image.name);
  if (declared === undefined) throw new Error(`no image ${image.name}`);
  const { origin } = declared;
  const tag = tagOf(declared, pins);
  const upstream =
    origin.kind === "upstream" && tag !== undefined ? [`${origin.host}/${origin.repository}:${tag}`] : [];
  const published = [...config.targets.values()].flatMap((target) =>
    target.entries
      .filter((entry) => entry.image === image.name)
      .flatMap((entry) => {
        const registry = config.registries.get(target.registry);
        const destination = destinationOf(config, target.registry, entry, pins);
        if (registry === undefined || destination.tag === undefined) return [];
        const { host, repository } = waysOf(registry).publicName(destination);
        return [`${host}/${repository}:${destination.tag}`];
      }),
  );
  return { references: [...upstream, ...published], by: image.pinned };
}

const counted = (count: number): string => `${count} ${count === 1 ? "reference" : "references"}`;
