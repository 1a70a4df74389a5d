import type { Registry, Signatures, Target } from "../config/index.ts";
import type { StepContext, StepResult } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import {
  type CopyRequest,
  type Digest,
  formatPlatform,
  type ImageSource,
  type ReferrerCounts,
  type RegistryClient,
  shortDigest,
} from "../oci/index.ts";
import type { Destination } from "../plan/index.ts";
import { type Preparation, waysOf } from "../registries/index.ts";
import { prepare } from "./prepare.ts";
import type { Scope } from "./scope.ts";
import type { PublishedImage, StepValue } from "./value.ts";

/** Something to be published under a name of a target. */
export interface ToPublish {
  readonly name: string;
  readonly from: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest };
  readonly target: string;
  readonly destination: Destination;
  /** What the source names as its platforms, where it is known beforehand. */
  readonly platforms: readonly string[];
}

/** Sends an image to its place at a target, or says what sending it would mean. */
export async function publish(
  image: ToPublish,
  context: StepContext<StepValue>,
  scope: Scope,
): Promise<StepResult<StepValue>> {
  const preparation = await scope.connections.prepare(image.destination.registry, scope.mode, context.stopping);
  const request = await requestFor(image, context, scope);
  if (scope.mode === "run") await prepare(image.destination, context, scope);
  const done = scope.mode === "run" ? await send(request, scope) : await survey(request, scope);
  const summary = `${done.summary}${alongWith(preparation)}`;
  return { kind: "done", ...done, summary, value: published(image, done.digest, done.platforms, scope) };
}

/** What a publication asks of the transfer. */
export async function requestFor(
  image: ToPublish,
  { report, stopping, killed }: Pick<StepContext<StepValue>, "report" | "stopping" | "killed">,
  scope: Scope,
): Promise<CopyRequest> {
  const target = scope.config.targets.get(image.target);
  const registry = scope.config.registries.get(image.destination.registry);
  if (target === undefined || registry === undefined) throw new Error(`no target ${image.target}`);
  const preparation = await scope.connections.prepare(registry.name, scope.mode, stopping);
  const repository = waysOf(registry).pushedTo(image.destination);
  const { tag } = image.destination;
  const client = await clientFor(registry, repository, tag, scope);
  return {
    from: image.from,
    to: { registry: preparation.kind === "missing" ? withNothing(client) : client, repository, tag },
    elsewhere: () => repositoriesAt(registry.name, scope),
    ...takersOf(image.name, registry.name, scope),
    platforms: target.platforms ?? "all",
    // A new archive takes the place of the old one as a whole, and never moves a tag in it.
    ...(registry.type === "archive" ? { tags: "mutable", indexes: "sparse" } : { tags: target.tags }),
    signatures: signaturesOf(image.name, target, scope),
    foreignLayers: scope.config.images.get(image.name)?.foreignLayers ?? target.foreignLayers,
    look: scope.lookForReferrers,
    onProgress: (progress) => report({ type: "node-progress", ...progress }),
    stopping,
    killed,
  };
}

/** Like what is built here, a chart is signed where it is published, if at all. */
function signaturesOf(name: string, { packages, signatures }: Target, { config }: Scope): Signatures {
  const wanted = config.images.get(name)?.signatures ?? signatures;
  const isChart = packages.some(({ chart }) => name === `chart:${chart}`);
  return isChart && wanted === "require" ? "copy" : wanted;
}

function alongWith(preparation: Preparation): string {
  switch (preparation.kind) {
    case "ready":
      return "";
    case "made":
      return `, after ${preparation.what} was created`;
    case "missing":
      return `, after ${preparation.what} is created`;
    default:
      return unreachable(preparation);
  }
}

/** A registry as it is before the place for the images is made: it has none, and some then refuse to answer. */
const withNothing = (client: RegistryClient): RegistryClient => ({
  ...client,
  headManifest: async () => undefined,
  readTag: async () => undefined,
  hasBlob: async () => false,
  listReferrers: async () => ({ kind: "listed", manifests: [] }),
  firstTags: async () => ({ tags: [], rest: "none" }),
});

/** Of the volumes of an archive, each is a registry of its own. */
async function clientFor(
  { name, type }: Registry,
  repository: string,
  tag: string | undefined,
  { connections }: Scope,
): Promise<RegistryClient> {
  if (type !== "archive") return connections.target(name);
  return (await connections.archive(name)).clientFor(repository, tag);
}

/** The registries that an image goes to; nothing for what was built here, which is near. */
function takersOf(name: string, self: string, { config, graph }: Scope): Pick<CopyRequest, "takers"> {
  if (config.images.get(name)?.origin.kind !== "upstream") return {};
  const known = takersIn.get(graph) ?? takersByImage(graph);
  takersIn.set(graph, known);
  return { takers: { self, all: [...(known.get(name) ?? [])] } };
}

/** Looked up once for each graph: every image of it asks. */
const takersIn = new WeakMap<Scope["graph"], ReadonlyMap<string, ReadonlySet<string>>>();

function takersByImage(graph: Scope["graph"]): ReadonlyMap<string, ReadonlySet<string>> {
  const takers = new Map<string, Set<string>>();
  for (const { step } of graph.nodes.values()) {
    if (step.kind !== "copy") continue;
    takers.set(step.image, (takers.get(step.image) ?? new Set()).add(step.destination.registry));
  }
  return takers;
}

/** All repositories of a registry that the run copies to. */
function repositoriesAt(name: string, { config, graph }: Scope): readonly string[] {
  const registry = config.registries.get(name);
  if (registry === undefined) return [];
  const { pushedTo } = waysOf(registry);
  return [...graph.nodes.values()].flatMap(({ step }) =>
    (step.kind === "copy" || step.kind === "package") && step.destination.registry === name
      ? [pushedTo(step.destination)]
      : [],
  );
}

interface Sent {
  readonly digest: Digest;
  readonly platforms: readonly string[];
  readonly effect: "changed" | "unchanged";
  readonly summary: string;
  readonly bytes: number;
}

async function send(request: CopyRequest, scope: Scope): Promise<Sent> {
  const { digest, sourceDigest, platforms, changed, image, bytes, trimmed, referrers, warnings } =
    await scope.transfer.copy(request);
  for (const warning of warnings) scope.warn(warning);
  const what = image === "sent" ? "copied" : "up to date";
  const along = `${image === "there" && changed ? ", now" : ""}${withReferrers(referrers)}`;
  const trim = trimmed ? `, trimmed to ${chosen(request)} from ${shortDigest(sourceDigest)}` : "";
  return {
    digest,
    platforms,
    effect: changed ? "changed" : "unchanged",
    bytes,
    summary: `${what} ${shortDigest(digest)}${along}${trim}`,
  };
}

async function survey(request: CopyRequest, scope: Scope): Promise<Sent> {
  const { state, digest, present, bytes, referrers, warnings } = await scope.transfer.survey(request);
  for (const warning of warnings) scope.warn(warning);
  return {
    digest,
    platforms: [],
    effect: state === "up-to-date" ? "unchanged" : "changed",
    bytes,
    summary: sentence(),
  };

  function sentence(): string {
    switch (state) {
      case "up-to-date":
        return `up to date ${shortDigest(digest)}`;
      case "create":
        return `would be created at ${shortDigest(digest)}${withReferrers(referrers)}`;
      case "move":
        return `would move from ${present === undefined ? "another digest" : shortDigest(present)} to ${shortDigest(digest)}${withReferrers(referrers)}`;
      default:
        return unreachable(state);
    }
  }
}

/** ` with 2 signatures and 1 SBOM`; empty where nothing came along. */
function withReferrers({ signature, sbom, attestation, artifact }: ReferrerCounts): string {
  const counted = (count: number, one: string): string[] =>
    count === 0 ? [] : [`${count} ${one}${count === 1 ? "" : "s"}`];
  const parts = [
    ...counted(signature, "signature"),
    ...counted(sbom, "SBOM"),
    ...counted(attestation, "attestation"),
    ...counted(artifact, "artifact"),
  ];
  const last = parts.pop();
  if (last === undefined) return "";
  return ` with ${parts.length === 0 ? last : `${parts.join(", ")} and ${last}`}`;
}

const chosen = ({ platforms }: CopyRequest): string =>
  platforms === "all" ? "all" : platforms.map(formatPlatform).join(", ");

function published(image: ToPublish, digest: Digest, platforms: readonly string[], scope: Scope): PublishedImage {
  const registry = scope.config.registries.get(image.destination.registry);
  if (registry === undefined) throw new Error(`no registry ${image.destination.registry}`);
  const { host, repository } = waysOf(registry).publicName(image.destination);
  const named = `${host}/${repository}`;
  const { tag } = image.destination;
  return {
    kind: "published",
    name: image.name,
    target: image.target,
    destination: image.destination,
    reference: tag === undefined ? `${named}@${digest}` : `${named}:${tag}`,
    pinned: `${named}@${digest}`,
    digest,
    platforms: platforms.length > 0 ? platforms : image.platforms,
  };
}
