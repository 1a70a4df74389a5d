import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { CheckSource, ImageName } from "../certification/index.ts";
import type { Config, Image } from "../config/index.ts";
import { Failed, FailedTogether } from "../failure/index.ts";
import { type Digest, formatReference, type ManifestHead, openArchive, parseReference } from "../oci/index.ts";
import { destinationOf } from "../plan/index.ts";
import { type Connections, type Location, waysOf } from "../registries/index.ts";
import { type Pins, resolvePins } from "../release/index.ts";
import type { Arguments, Host } from "./command.ts";

/** An image that was found, and how its name reads. */
export interface ToCheck {
  readonly source: CheckSource;
  readonly repository: string;
  readonly digest: Digest;
  /** Under which it is to be certified. */
  readonly name: ImageName;
  /** As other programs pull it; undefined for what is in no registry. */
  readonly reference: string | undefined;
  /** Closes what was opened for it alone. */
  readonly close: () => Promise<void>;
}

/**
 * The image that a command line means: an image of the config by its name, a file or folder that is an archive, or a
 * reference. Throws `Failed`.
 */
export async function findImage(
  host: Host,
  { names }: Arguments,
  config: Config | undefined,
  connections: Connections,
): Promise<ToCheck> {
  const [what, inside, ...more] = names;
  if (what === undefined || more.length > 0) throw oneImage();
  const image = config?.images.get(what);
  if (config !== undefined && image !== undefined) return ofConfig(image, config, connections, host.stopping);
  const path = resolve(host.cwd, what);
  if (await isThere(path)) return inArchive(path, inside);
  return inRegistry(what, connections, host.stopping);
}

/** What a run opens for all, it closes itself. */
const nothing = async (): Promise<void> => {};

/** Where the image is published at Red Hat, that is its name; one that is built is read where it was pushed. */
async function ofConfig(image: Image, config: Config, connections: Connections, signal: AbortSignal): Promise<ToCheck> {
  if (image.origin.kind === "build") return whereItIsPushed(image, config, connections, signal);
  const pins = await resolvePins(config, [image.name], { connections, emit: () => {}, signal });
  const resolution = pins.get(image.name);
  if (resolution?.kind !== "pinned") throw new FailedTogether(resolution === undefined ? [] : [resolution.failure]);
  const { repository: named, tag, digest } = resolution.pin;
  const { host, repository } = image.origin;
  const location = await connections.source(host, repository);
  const at = publicationOf(image, config, pins);
  return {
    source: location.registry,
    repository: location.repository,
    digest,
    name: at?.name ?? { host, repository, tag },
    reference: tag === undefined ? `${named}@${digest}` : `${named}:${tag}`,
    close: nothing,
  };
}

async function whereItIsPushed(
  image: Image,
  config: Config,
  connections: Connections,
  signal: AbortSignal,
): Promise<ToCheck> {
  const at = publicationOf(image, config, new Map());
  if (at?.name.tag === undefined) throw neverPushed(image);
  const registry = await connections.target(at.registry);
  const head = await registry.headManifest(at.pushedTo, at.name.tag, signal);
  if (head === undefined) throw notPushed(image, at.target, `${registry.name}/${at.pushedTo}:${at.name.tag}`);
  const reference = `${registry.name}/${at.pushedTo}:${at.name.tag}`;
  return { source: registry, repository: at.pushedTo, digest: head.digest, name: at.name, reference, close: nothing };
}

/** Where a target of Red Hat's registry has the image, or else any other. */
function publicationOf(image: Image, config: Config, pins: Pins) {
  const all = [...config.targets.values()].flatMap((target) => {
    const [entry, registry] = [
      target.entries.find((one) => one.image === image.name),
      config.registries.get(target.registry),
    ];
    return entry === undefined || registry === undefined ? [] : [{ target: target.name, entry, registry }];
  });
  const found = all.find(({ registry }) => registry.type === "rhcr") ?? all[0];
  if (found === undefined) return undefined;
  const destination = destinationOf(config, found.registry.name, found.entry, pins);
  const ways = waysOf(found.registry);
  return {
    target: found.target,
    registry: found.registry.name,
    pushedTo: ways.pushedTo(destination),
    name: { ...ways.publicName(destination), tag: destination.tag },
  };
}

async function inRegistry(text: string, connections: Connections, signal: AbortSignal): Promise<ToCheck> {
  const written = parseReference(text);
  const { host, repository, digest } = written;
  const tag = digest === undefined ? (written.tag ?? "latest") : undefined;
  const location = await connections.source(host, repository);
  const head = await headOf(location, digest ?? tag ?? "latest", text, signal);
  return {
    source: location.registry,
    repository: location.repository,
    digest: head.digest,
    name: { host, repository, tag },
    reference: formatReference({ ...written, tag }),
    close: nothing,
  };
}

async function headOf(
  { registry, repository }: Location,
  reference: string,
  text: string,
  signal: AbortSignal,
): Promise<ManifestHead> {
  const head = await registry.headManifest(repository, reference, signal);
  if (head !== undefined) return head;
  throw new Failed({
    code: "registry/not-found",
    class: "permanent",
    message: `${registry.name} has no ${text}`,
    hint: "Check the name; an image of the config goes by its name there, an archive by its path",
  });
}

async function inArchive(path: string, inside: string | undefined): Promise<ToCheck> {
  const archive = await openArchive([path]);
  try {
    const all = archive
      .repositories()
      .flatMap((repository) => (archive.tags(repository) ?? []).map((tag) => ({ repository, tag })));
    const names = all.map(({ repository, tag }) => `${repository}:${tag}`);
    const index = inside === undefined && all.length === 1 ? 0 : names.indexOf(inside ?? "");
    const found = all[index];
    const manifest = found && (await archive.resolve(found.repository, found.tag));
    if (found === undefined || manifest === undefined) throw whichOne(path, inside, names);
    const { host, repository } = parseReference(found.repository);
    const source = {
      name: archive.name,
      getManifest: archive.getManifest,
      openBlob: archive.openBlob,
      firstTags: async (name: string) => ({ tags: archive.tags(name) ?? [], rest: "none" as const }),
    };
    return {
      source,
      repository: found.repository,
      digest: manifest.digest,
      name: { host, repository, tag: found.tag },
      reference: undefined,
      close: () => archive.close(),
    };
  } catch (thrown) {
    await archive.close();
    throw thrown;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const oneImage = (): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "mirror certify checks one image",
    hint: "Write: mirror certify --check-only IMAGE, where IMAGE is one of the config, a reference, or an archive",
  });

function whichOne(path: string, inside: string | undefined, names: readonly string[]): Failed {
  return new Failed({
    code: "usage/no-such-image",
    class: "usage",
    message: inside === undefined ? `${path} has ${names.length} images` : `${path} has no image ${inside}`,
    hint: `Name one behind it: mirror certify --check-only ARCHIVE ${names[0] ?? "NAME"}`,
    detail: names.slice(0, 10),
  });
}

function neverPushed({ name, place }: Image): Failed {
  return new Failed({
    code: "certification/not-pushed",
    class: "usage",
    message: `${name} is built here and goes to no target: there is nothing to check yet`,
    place,
    hint: "Add it to a target, push it with mirror run, and check it then",
  });
}

function notPushed({ name, place }: Image, target: string, reference: string): Failed {
  return new Failed({
    code: "certification/not-pushed",
    class: "permanent",
    message: `${name} is built here and not at ${reference} yet`,
    place,
    hint: `Push it first: mirror run 'copy:${target}/${name}'`,
  });
}
