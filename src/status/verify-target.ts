import type { Config, Registry } from "../config/index.ts";
import { type ImageToRead, type ReadImages, readImages } from "../oci/index.ts";
import type { Destination } from "../plan/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Cell } from "./status.ts";
import { type SurveyOptions, surveyPlaced } from "./survey.ts";
import { type Verification, type Wrong, wrongIn } from "./verification.ts";
import type { Held } from "./wanted.ts";

export interface VerifyTargetOptions extends Held, Pick<SurveyOptions, "packageOf"> {
  /** How all bytes are read; undefined: digests are enough. */
  readonly deep: Pick<Parameters<typeof readImages>[1], "onTotal" | "onBytes"> | undefined;
}

/**
 * Whether a target has every image that it takes, by digest, under the names of its rule; deep, whether every byte of
 * them is there. Upstream is asked for nothing that the lock has. Rejects only where it was interrupted.
 */
export async function verifyAtTarget(
  config: Config,
  target: string,
  { deep, ...options }: VerifyTargetOptions,
): Promise<Verification> {
  const { placed } = await surveyPlaced(config, {
    ...options,
    targets: [target],
    isSelected: () => true,
    extra: "leave",
    referenced: undefined,
    upstream: "leave",
  });
  const mend = `Push it with: mirror run --target ${target}, or mirror load ARCHIVE --target ${target}`;
  const found = placed.flatMap(({ row, placed: [place] }) => {
    const cell = row.cells.get(target) ?? ({ state: "absent" } as const);
    return place === undefined
      ? notPlaced(row.name, target, cell)
      : [{ image: row.name, cell, ...placeOf(config, place.destination) }];
  });
  const wrong = found.flatMap(({ image, cell, at }): Wrong[] => {
    const failure = wrongIn(cell, at, mend);
    return failure === undefined ? [] : [{ image, at, failure }];
  });
  const where = whereIs(config, target);
  if (deep === undefined) return { name: target, where, images: found.length, wrong, read: undefined, base: undefined };

  const there: ImageToRead[] = [];
  for (const { image, cell, registry, repository } of found) {
    if (registry === undefined || !("digest" in cell) || "wanted" in cell) continue;
    there.push({ name: image, registry: await options.connections.target(registry), repository, digest: cell.digest });
  }
  const { failures, ...read } = await readImages(there, { ...deep, signal: options.signal });
  return {
    name: target,
    where,
    images: found.length,
    wrong: [...wrong, ...unreadable(failures, found)],
    read,
    base: undefined,
  };
}

interface Found {
  readonly image: string;
  readonly cell: Cell;
  readonly at: string;
  readonly registry: string | undefined;
  readonly repository: string;
}

/** Of what has no name at the target, such as a bundle that cannot be read, only the failure is known. */
const notPlaced = (image: string, target: string, cell: Cell): readonly Found[] =>
  cell.state === "absent" ? [] : [{ image, cell, at: target, registry: undefined, repository: "" }];

function placeOf(config: Config, destination: Destination): Pick<Found, "at" | "registry" | "repository"> {
  const registry = config.registries.get(destination.registry);
  if (registry === undefined) throw new Error(`no registry ${destination.registry}`);
  const repository = waysOf(registry).pushedTo(destination);
  const tag = destination.tag === undefined ? "" : `:${destination.tag}`;
  return { at: `${serverOf(registry).host}/${repository}${tag}`, registry: registry.name, repository };
}

function whereIs({ targets, registries }: Config, target: string): Verification["where"] {
  const registry = registries.get(targets.get(target)?.registry ?? "");
  return registry && serverOf(registry);
}

function serverOf(registry: Registry): NonNullable<Verification["where"]> {
  switch (registry.type) {
    case "archive":
      return { host: registry.name, folder: undefined };
    case "embedded":
      return { host: registry.host, folder: registry.folder };
    default:
      return { host: registry.endpoint.host, folder: undefined };
  }
}

function unreadable(failures: ReadImages["failures"], found: readonly Found[]): readonly Wrong[] {
  return failures.map(({ name, failure }) => {
    const at = found.find(({ image }) => image === name)?.at ?? name;
    const hint = `Remove ${at} at the registry, so that a run does not take it for whole, and push it again`;
    return { image: name, at, failure: { ...failure, hint: failure.class === "transient" ? "Try again" : hint } };
  });
}
