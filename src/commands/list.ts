import type { Config, Image, Registry } from "../config/index.ts";
import { unreachable } from "../failure/index.ts";
import { waysOf } from "../registries/index.ts";
import { ruleText } from "../release/index.ts";
import { colorFor, renderTable } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";

/** `mirror list`: what the config declares, by the names that may be typed. */
export async function list(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const listing = listingOf(config);
  if (args.flags.has("json")) {
    host.out.write(`${JSON.stringify(listing, undefined, 2)}\n`);
    return 0;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const width = host.out.isTTY ? host.out.columns : undefined;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : [renderTable({ head, rows, color, width })];
  const tables = [
    ...table(
      ["IMAGE", "FROM", "VERSION", "TARGETS"],
      listing.images.map(({ name, from, version, hold, targets }) => [
        name,
        from,
        hold === null ? version : `${version} (${hold})`,
        targets.join(" "),
      ]),
    ),
    ...table(
      ["TARGET", "REGISTRY", "TYPE", "IMAGES", "PLATFORMS"],
      listing.targets.map(({ name, registry, type, images, platforms }) => [
        name,
        registry,
        type,
        String(images),
        platforms.join(" "),
      ]),
    ),
    ...table(
      ["BUNDLE", "IMAGES OF", "PUBLISHED AS"],
      listing.bundles.map(({ name, images, as }) => [name, images ?? "", as]),
    ),
    ...table(
      ["CATALOG", "PUBLISHED AS"],
      listing.catalogs.map(({ name, as }) => [name, as]),
    ),
    ...table(
      ["TASK", "DESCRIPTION"],
      listing.tasks.map(({ name, description }) => [name, description]),
    ),
  ];
  host.out.write(`${tables.map((text) => text.trimEnd()).join("\n\n")}\n`);
  return 0;
}

function listingOf(config: Config) {
  const targets = [...config.targets.values()];
  return {
    images: [...config.images.values()].map((image) => ({
      name: image.name,
      from: fromOf(image),
      version: versionOf(image),
      hold: image.hold ?? null,
      targets: targets
        .filter(({ entries }) => entries.some((entry) => entry.image === image.name))
        .map(({ name }) => name),
    })),
    targets: targets.map(({ name, registry, entries, platforms }) => ({
      name,
      registry: placeOf(config.registries.get(registry)),
      type: config.registries.get(registry)?.type ?? "",
      images: entries.length,
      platforms: platforms?.map(({ os, architecture, variant }) =>
        [os, architecture, variant].filter(Boolean).join("/"),
      ) ?? ["all"],
    })),
    bundles: [...config.bundles.values()].map(({ name, images, to }) => ({
      name,
      images,
      as: `${to.target}: ${to.as}`,
    })),
    catalogs: [...config.catalogs.values()].map(({ name, to }) => ({ name, as: `${to.target}: ${to.as}` })),
    tasks: [...config.tasks.values()].map(({ name, description }) => ({ name, description: description ?? "" })),
  };
}

const fromOf = ({ origin }: Image): string =>
  origin.kind === "build"
    ? `(built from ${origin.build.kind === "files" ? "files" : "a Dockerfile"})`
    : `${origin.host}/${origin.repository}`;

function versionOf({ version }: Image): string {
  switch (version.kind) {
    case "tag":
      return version.tag;
    case "digest":
      return version.tag === undefined ? version.digest : `${version.tag}@${version.digest}`;
    case "newest":
    case "read":
    case "source":
    case "same":
      return ruleText(version);
    default:
      return unreachable(version);
  }
}

/** The host and the path below which a registry's images stand. */
function placeOf(registry: Registry | undefined): string {
  if (registry === undefined) return "";
  const { host, repository } = waysOf(registry).publicName({ path: "", component: undefined });
  return repository === "" ? host : `${host}/${repository}`;
}
