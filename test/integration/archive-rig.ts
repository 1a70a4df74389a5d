import { join } from "node:path";
import { openArchive } from "../../src/oci/archive/open.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { imageSet, type NamedImage } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";

export const NOBODY = new AbortController().signal;

/** Images at a registry, another registry that is empty, and a config that brings them across by a file. */
export interface Gap {
  readonly images: readonly NamedImage[];
  readonly source: DockerRegistry;
  readonly target: DockerRegistry;
  readonly place: Workspace;
  readonly file: string;
  /** Runs mirror in the config's folder. */
  readonly mirror: (...args: readonly string[]) => ReturnType<typeof runMirror>;
  /** Stops the source: there is no network any more. */
  readonly cutOff: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface GapOptions {
  readonly count?: number;
  readonly layerBytes?: number;
  /** Lines for the config's target `usb`. */
  readonly usb?: string;
}

export async function makeGap({ count = 6, layerBytes = 20_000, usb = "" }: GapOptions = {}): Promise<Gap> {
  const [source, target] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
  if (source === undefined || target === undefined) throw new Error("docker-registry is not installed");
  let sourceGone = false;
  const cutOff = async (): Promise<void> => {
    if (!sourceGone) await source.stop();
    sourceGone = true;
  };
  const images = imageSet({ seed: "gap", count, stacks: 2, layerBytes });
  await pushImages(source.host, images);
  const place = await workspace(configOf(source.host, target.host, images, usb));
  return {
    images,
    source,
    target,
    place,
    file: join(place.folder, "out", "release.tar"),
    mirror: (...args) => runMirror([...args, "--no-color"], { cwd: place.folder }),
    cutOff,
    remove: async () => {
      await Promise.all([cutOff(), target.stop(), place.remove()]);
    },
  };
}

export function configOf(source: string, target: string, images: readonly NamedImage[], usb = ""): string {
  const lines = images.map(
    ({ repository, tag }) => `  ${nameOf(repository)}: { from: up.example.com/${repository}, version: "${tag}" }\n`,
  );
  return `version: 1
upstreams:
  up.example.com: { host: "${source}", scheme: http }
registries:
  usb: { type: archive, file: out/release.tar${usb} }
  inside: { type: oci, host: "${target}", scheme: http, prefix: mirror }
images:
${lines.join("")}targets:
  usb: { registry: usb, images: ["*"] }
  inside: { registry: inside, images: ["*"], as: "\${path}:\${tag}" }
`;
}

export const nameOf = (repository: string): string => repository.slice(repository.lastIndexOf("/") + 1);

/** The digest that a tag stands at in a registry; undefined where it has none. */
export async function digestAt(host: string, repository: string, tag: string): Promise<string | undefined> {
  const accept = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
  ].join(", ");
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  if (!answer.ok) return undefined;
  return digestOf(new Uint8Array(await answer.arrayBuffer()));
}

/** Every image of an archive by name, with its digest; all blobs are read and hashed on the way. */
export async function contentsOf(file: string): Promise<Record<string, string>> {
  const archive = await openArchive([file]);
  const found: Record<string, string> = {};
  for (const repository of archive.repositories()) {
    for (const tag of archive.tags(repository) ?? []) {
      const { digest } = await archive.getManifest(repository, tag, NOBODY);
      found[`${repository}:${tag}`] = digest;
    }
  }
  for (const [digest, size] of archive.blobs) {
    for await (const _ of await archive.openBlob("", { mediaType: "", digest, size }, NOBODY));
  }
  await archive.close();
  return found;
}

/** The images of a set, three of them at a later version with layers of their own; one under a name of its own. */
export function later(images: readonly NamedImage[], layerBytes: number): NamedImage[] {
  const fresh = imageSet({ seed: "gap", count: images.length, stacks: 2, layerBytes });
  const changed = imageSet({ seed: "changed", count: 3, stacks: 1, layerBytes });
  return fresh.map((one, index) => {
    const image = changed[index]?.image;
    return image === undefined ? one : { repository: one.repository, tag: "1.1", image };
  });
}
