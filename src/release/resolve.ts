import type { Config, Image } from "../config/index.ts";
import type { Emit } from "../engine/index.ts";
import { Failed, failureOf } from "../failure/index.ts";
import { parseDigest } from "../oci/index.ts";
import type { Connections, Location, TagHistory } from "../registries/index.ts";
import { type Describe, wantedPlatforms } from "./describe.ts";
import { type AskHead, createHeads } from "./heads.ts";
import type { LockedImage } from "./lock/index.ts";
import { lockedPins } from "./locked-pins.ts";
import { type Locking, UNLOCKED } from "./locking.ts";
import { outcomeOf, outcomeOfPins, type Pin, type Pins, pinNode, type Resolution } from "./pins.ts";
import { type Answer, answerRule, Dependent, isDerived } from "./rules/answer-rule.ts";
import { nearestTags } from "./rules/nearest-tags.ts";
import { severalName } from "./several.ts";
import { createSources, type Sources } from "./sources.ts";

export interface ResolveOptions {
  readonly connections: Connections;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** What a lock says already; nothing unless given. */
  readonly locking?: Locking;
  /** Where rules read versions in sources. */
  readonly sources?: Sources;
  /**
   * Given where a lock is written of the pins, for which their manifests are read: what the lock does not have needs no
   * HEAD then, and is described at once. Without it all are asked for by HEAD, which is no pull where pulls are counted.
   */
  readonly describe?: Describe | undefined;
}

/**
 * Resolves the version rules of the named images to pins, all at once: what the lock has costs no request; a tag one
 * HEAD, or the GET of its manifest where that will be read anyway; a choice the registry's tags and the same for each
 * that is chosen. A rule that stands on another image's waits for it. A rule that cannot be resolved is in the result
 * with its failure and does not stop the others.
 * Each is the node `pin:NAME` to those who follow the events: started and settled here, before the graph runs.
 */
export async function resolvePins(config: Config, names: readonly string[], options: ResolveOptions): Promise<Pins> {
  const resolver = createResolver(config, options);
  const settled = names.map((name) => settle(name, { resolver, emit: options.emit, names }));
  return new Map((await Promise.all(settled)).flat());
}

type Named = readonly [name: string, resolution: Resolution];
type Resolver = (name: string) => Promise<readonly Pin[]>;

interface Settling {
  readonly resolver: Resolver;
  readonly emit: Emit;
  /** All that are settled together: what one of them has failed with is told there, and not of those that follow it. */
  readonly names: readonly string[];
}

async function settle(name: string, { resolver, emit, names }: Settling): Promise<Named[]> {
  const id = pinNode(name);
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  emit({ type: "node-started", id, attempt: 1 });
  try {
    const pins = await resolver(name);
    emit({ type: "node-settled", id, outcome: outcomeOfPins(pins), durationMs: durationMs() });
    return pins.map((pin) => [pin.image, { kind: "pinned", pin }]);
  } catch (thrown) {
    const by = thrown instanceof Dependent && names.includes(thrown.other) ? thrown.other : undefined;
    const resolution = { kind: "unpinned", failure: failureOf(thrown), by } as const;
    emit({ type: "node-settled", id, outcome: outcomeOf(resolution), durationMs: durationMs() });
    return [[name, resolution]];
  }
}

/** Resolves each image once, whoever asks: its own node, or rules that stand on it. */
function createResolver(config: Config, options: ResolveOptions): Resolver {
  const { connections, signal, locking = UNLOCKED } = options;
  const sources = options.sources ?? createSources(config, { locking, env: {}, signal });
  const pending = new Map<string, Promise<readonly Pin[]>>();
  const pinning = { ...options, config, askHead: createHeads(signal) };

  const tagsOf = async (name: string): Promise<readonly string[]> => {
    const image = config.images.get(name);
    if (image?.origin.kind === "build") return image.version.kind === "tag" ? [image.version.tag] : [];
    return (await resolveOnce(name)).flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
  };

  const resolve = async (name: string): Promise<readonly Pin[]> => {
    const image = config.images.get(name);
    if (image === undefined) throw new Error(`no image ${name}`);
    if (image.origin.kind === "build") throw new Error(`${name} is built, not pinned`);
    const { host, repository } = image.origin;
    const locate = (): Promise<Location> => connections.source(host, repository);
    const history = (): Promise<TagHistory | undefined> => connections.tagHistory(host, repository);
    const answer = (): Promise<Answer> => answerRule(image, { config, locate, history, sources, tagsOf, signal });
    // What a rule reads in a source or of another image costs the registry nothing, and is compared with the lock.
    const isCompared = isDerived(image.version) && locking.derived !== "taken";
    const derived = isCompared ? await answer() : undefined;
    const locked = lockedPins(image, derived, locking);
    return locked ?? pinAll(image, await locate(), derived ?? (await answer()), pinning);
  };

  const resolveOnce: Resolver = (name) => {
    const promise = pending.get(name) ?? resolve(name);
    pending.set(name, promise);
    return promise;
  };
  return resolveOnce;
}

interface Pinning extends ResolveOptions {
  readonly config: Config;
  readonly askHead: AskHead;
}

async function pinAll(image: Image, location: Location, answer: Answer, pinning: Pinning): Promise<Pin[]> {
  const { config, describe, locking = UNLOCKED, askHead, signal } = pinning;
  const several = answer.count === "several";
  return Promise.all(
    answer.chosen.map(async ({ tag, digest }) => {
      const name = several ? severalName(image.name, tag ?? "") : image.name;
      const wanted = digest ?? tag ?? "";
      const reference = wanted.includes(":") ? parseDigest(wanted, image.name) : wanted;
      const before = lockedHere(image, locking.lock.images.get(name));
      // A tag that the lock has as well most likely stands where it stood, and then nothing has to be read.
      const isRead = describe !== undefined && (digest !== undefined || before?.tag !== tag);
      const head = await askHead(location, reference, isRead ? "GET" : "HEAD");
      if (head === undefined) throw await notFound(image, wanted, location, signal);
      if (isRead && before?.digest !== head.digest) {
        void describe(location, head.digest, wantedPlatforms(config, name)).catch(() => {});
      }
      return { image: name, repository: repositoryOf(image), tag, ...head, chosenFrom: answer.from };
    }),
  );
}

/** The entry of the lock, where it is of the same repository. */
const lockedHere = (image: Image, locked: LockedImage | undefined): LockedImage | undefined =>
  locked?.repository === repositoryOf(image) ? locked : undefined;

/** `host/repository` as the config writes it. */
export const repositoryOf = ({ origin }: Image): string =>
  origin.kind === "build" ? "" : `${origin.host}/${origin.repository}`;

async function notFound(image: Image, wanted: string, location: Location, signal: AbortSignal): Promise<Failed> {
  const separator = wanted.includes(":") ? "@" : ":";
  const near = await location.registry.listTags(location.repository, signal).then(
    (tags) => nearestTags(tags, wanted),
    () => [],
  );
  return new Failed({
    code: "release/not-found",
    class: "permanent",
    message: `${image.name}: ${location.registry.name} has no ${repositoryOf(image)}${separator}${wanted}`,
    place: image.place,
    hint:
      near.length > 0
        ? `Choose a version that exists, such as ${near.join(", ")}`
        : "Check the repository's name and the version",
  });
}
