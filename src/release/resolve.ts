import type { Config, Image, VersionRule } from "../config/index.ts";
import type { Emit } from "../engine/index.ts";
import { Failed, failureOf, unreachable } from "../failure/index.ts";
import { type ManifestHead, parseDigest } from "../oci/index.ts";
import type { Connections, Location } from "../registries/index.ts";
import { chooseTag } from "./choose-tag.ts";
import { outcomeOf, type Pin, type Pins, pinNode, type Resolution } from "./pins.ts";

export interface ResolveOptions {
  readonly connections: Connections;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Resolves the version rules of the named images to pins, all at once: a tag by one HEAD, a range by the registry's
 * tags and one HEAD. A rule that cannot be resolved is in the result with its failure and does not stop the others.
 * Each is the node `pin:NAME` to those who follow the events: started and settled here, before the graph runs.
 */
export async function resolvePins(config: Config, names: readonly string[], options: ResolveOptions): Promise<Pins> {
  const settled = names.map(async (name) => [name, await settle(config, name, options)] as const);
  return new Map(await Promise.all(settled));
}

async function settle(config: Config, name: string, options: ResolveOptions): Promise<Resolution> {
  const id = pinNode(name);
  const startedAt = performance.now();
  options.emit({ type: "node-started", id, attempt: 1 });
  const resolution = await attempt(config, name, options);
  const durationMs = Math.round(performance.now() - startedAt);
  options.emit({ type: "node-settled", id, outcome: outcomeOf(resolution), durationMs });
  return resolution;
}

async function attempt(config: Config, name: string, options: ResolveOptions): Promise<Resolution> {
  try {
    const image = config.images.get(name);
    if (image === undefined) throw new Error(`no image ${name}`);
    return { kind: "pinned", pin: await resolve(image, options) };
  } catch (thrown) {
    return { kind: "unpinned", failure: failureOf(thrown) };
  }
}

async function resolve(image: Image, { connections, signal }: ResolveOptions): Promise<Pin> {
  if (image.origin.kind === "build") throw new Error(`${image.name} is built, not pinned`);
  const { host, repository } = image.origin;
  const location = await connections.source(host, repository);
  const tag = await tagFor(image, location, signal);
  const wanted = image.version.kind === "digest" ? parseDigest(image.version.digest, image.name) : tag;
  const named = `${host}/${repository}`;
  const head = wanted === undefined ? undefined : await headOf(location, wanted, signal);
  if (head === undefined) throw await notFound(image, named, wanted ?? "", location, signal);
  return { image: image.name, repository: named, tag, ...head };
}

function headOf(
  { registry, repository }: Location,
  reference: string,
  signal: AbortSignal,
): Promise<ManifestHead | undefined> {
  return registry.headManifest(repository, reference, signal);
}

async function tagFor(image: Image, location: Location, signal: AbortSignal): Promise<string | undefined> {
  const rule: VersionRule = image.version;
  switch (rule.kind) {
    case "tag":
    case "digest":
      return rule.tag;
    case "range":
      return chooseTag(await location.registry.listTags(location.repository, signal), rule, image);
    default:
      return unreachable(rule);
  }
}

async function notFound(
  image: Image,
  named: string,
  wanted: string,
  location: Location,
  signal: AbortSignal,
): Promise<Failed> {
  const separator = wanted.includes(":") ? "@" : ":";
  const near = await location.registry.listTags(location.repository, signal).then(
    (tags) => tags.filter((tag) => tag.startsWith(wanted.slice(0, 3))).slice(-5),
    () => [],
  );
  return new Failed({
    code: "release/not-found",
    class: "permanent",
    message: `${image.name}: ${location.registry.name} has no ${named}${separator}${wanted}`,
    place: image.place,
    hint:
      near.length > 0
        ? `Choose a version that exists, such as ${near.join(", ")}`
        : "Check the repository's name and the version",
  });
}
