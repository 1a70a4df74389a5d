import { Failed } from "../../failure/index.ts";
import { type Descriptor, type Digest, gathered } from "../../oci/index.ts";
import { newestOf } from "./constraint.ts";
import { offline, unknownChart, unknownVersion } from "./failures.ts";
import type { Asking, ChartRepository } from "./repository.ts";
import { notedArchive } from "./store.ts";

/** The layer of a chart (helm.sh/docs/topics/registries), and what helm called it before 3.7. */
const CHART_LAYERS = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];
const LARGEST_ARCHIVE = 100 * 1024 * 1024;

/** Charts in a registry, each a repository of its own below `path`, with its versions as tags. */
export function ociRepository(host: string, path: string, asking: Asking): ChartRepository {
  const { store, network, signal } = asking;
  const name = `oci://${host}${path === "" ? "" : `/${path}`}`;
  const locate = (chart: string) => asking.registryFor(host, path === "" ? chart : `${path}/${chart}`);

  const versions = async (chart: string): Promise<readonly string[]> => {
    const about = `tags ${name} ${chart}`;
    if (network === "offline") {
      const kept = await store.note(about);
      if (kept === undefined) throw offline(`The versions of ${name}/${chart}`);
      return kept.split("\n");
    }
    const { registry, repository } = await locate(chart);
    const tags = await registry.listTags(repository, signal).catch((error: unknown) => {
      throw isNotFound(error) ? unknownChart(name, chart, []) : error;
    });
    // A tag has no plus sign, so helm writes an underscore.
    const known = tags.map((tag) => tag.replaceAll("_", "+"));
    await store.keepNote(about, known.join("\n"));
    return known;
  };

  return {
    name,
    versions,
    async fetch(chart, version, wanted) {
      const from = `${name}/${chart}:${version.replaceAll("+", "_")}`;
      const about = `archive ${from}`;
      if (network === "offline") {
        const kept = await notedArchive(store, about);
        if (kept === undefined) throw offline(from);
        return { kind: "archive", ...kept, from: `${from} (from the cache)` };
      }
      const { registry, repository } = await locate(chart);
      const manifest = await registry
        .getManifest(repository, wanted ?? version.replaceAll("+", "_"), signal)
        .catch(async (error: unknown) => {
          if (!isNotFound(error)) throw error;
          throw unknownVersion(name, chart, version, await newestOf(await versions(chart), 5));
        });
      const layers = manifest.kind === "image" ? manifest.layers : [];
      const layer = layers.find(({ mediaType }) => CHART_LAYERS.includes(mediaType));
      if (layer === undefined || layer.size > LARGEST_ARCHIVE) throw notAChart(from);
      const bytes = (await store.archive(layer.digest)) ?? (await download(repository, registry, layer));
      await store.keepNote(about, layer.digest);
      const artifact = { source: registry, repository, digest: manifest.digest };
      return { kind: "archive", bytes, digest: layer.digest, from, artifact };
    },
  };

  async function download(
    repository: string,
    registry: Awaited<ReturnType<Asking["registryFor"]>>["registry"],
    layer: Descriptor & { readonly digest: Digest },
  ): Promise<Uint8Array> {
    const bytes = await gathered(await registry.openBlob(repository, layer, signal));
    await store.keepArchive(bytes);
    return bytes;
  }
}

const isNotFound = (error: unknown): boolean => error instanceof Failed && error.failure.code === "registry/not-found";

function notAChart(from: string): Failed {
  return new Failed({
    code: "charts/not-a-chart",
    class: "permanent",
    message: `${from} is no chart: it has no layer of a chart's media type`,
    hint: "Check that the repository names a chart and not an image",
  });
}
