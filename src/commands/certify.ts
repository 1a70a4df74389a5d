import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  catalogOracle,
  checkImage,
  checkWithPreflight,
  type ImageName,
  type ImageReport,
  listOracle,
  POLICIES,
  type Policy,
  pyxisHostOf,
  RED_HAT_CATALOG,
  type UbiOracle,
} from "../certification/index.ts";
import type { Config } from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";
import { parseReference } from "../oci/index.ts";
import { colorFor, renderChecks, renderFailure } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf, hasConfig } from "./config.ts";
import { connected } from "./connected.ts";
import { findImage, type ToCheck } from "./image-to-check.ts";

/** `mirror certify --check-only`: the checklist of an image. Gives 0, 1, or 4 where a check could not be made. */
export async function certify(host: Host, args: Arguments): Promise<number> {
  const [policy, judge] = [chosen(args, "policy", POLICIES), chosen(args, "judge", ["mirror", "preflight"] as const)];
  if (!args.flags.has("check-only")) throw onlyChecks();
  const config = hasConfig(host, args) ? await configOf(host, args) : undefined;
  return connected(host, config, {}, async (connections) => {
    const found = await findImage(host, args, config, connections);
    try {
      const image = { ...found, name: nameFor(args, found.name) };
      const report = await reportOn(image, { host, args, config, policy, judge });
      host.out.write(args.flags.has("json") ? `${JSON.stringify(report, undefined, 2)}\n` : textOf(host, args, report));
      tellOfUndecided(host, args, report);
      return { passed: 0, failed: 1, undecided: 4 }[report.outcome];
    } finally {
      await found.close();
    }
  });
}

interface Asked {
  readonly host: Host;
  readonly args: Arguments;
  readonly config: Config | undefined;
  readonly policy: Policy;
  readonly judge: "mirror" | "preflight";
}

async function reportOn(image: ToCheck, { host, args, config, policy, judge }: Asked): Promise<ImageReport> {
  const { source, repository, digest, name, reference } = image;
  const signal = host.stopping;
  const catalog = catalogOf(config);
  if (judge === "mirror") {
    const ubi = await oracleOf(host, args, catalog);
    return checkImage(source, repository, digest, {
      policy,
      name,
      ubi,
      signal,
      now: host.now,
      version: host.version(),
    });
  }
  if (reference === undefined) throw notInRegistry();
  return checkWithPreflight({ policy, digest, reference, pyxisHost: pyxisHostOf(catalog), env: host.env, signal });
}

/** The catalog of the config's registry of Red Hat, where it has one. */
function catalogOf(config: Config | undefined): string {
  for (const registry of config?.registries.values() ?? []) if (registry.type === "rhcr") return registry.catalog;
  return RED_HAT_CATALOG;
}

async function oracleOf(host: Host, args: Arguments, catalog: string): Promise<UbiOracle> {
  const file = args.values.get("ubi-layers")?.at(-1);
  if (file === undefined) return catalogOracle(catalog, host.stopping);
  const text = await readFile(resolve(host.cwd, file), "utf8").catch((cause: unknown) => {
    throw noList(file, cause);
  });
  return listOracle(text);
}

function nameFor(args: Arguments, own: ImageName): ImageName {
  const text = args.values.get("as")?.at(-1);
  if (text === undefined) return own;
  const { host, repository, tag = own.tag } = parseReference(text);
  return { host, repository, tag };
}

function textOf(host: Host, args: Arguments, report: ImageReport): string {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  return renderChecks(report, { color });
}

function tellOfUndecided(host: Host, args: Arguments, { outcome, name }: ImageReport): void {
  if (outcome !== "undecided") return;
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  const failure = {
    code: "certification/undecided",
    class: "transient",
    message: `Whether ${name} passes is not decided: no check fails, but not all could be made`,
    hint: "Run again where Red Hat's catalog can be asked, or name its layers: --ubi-layers FILE",
  } as const;
  host.err.write(`${renderFailure(failure, { color, severity: "warning" })}\n`);
}

function chosen<Choice extends string>(args: Arguments, name: string, all: readonly [Choice, ...Choice[]]): Choice {
  const text = args.values.get(name)?.at(-1) ?? all[0];
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: `--${name} takes ${all.slice(0, -1).join(", ")} or ${all.at(-1)}, not "${text}"`,
    hint: didYouMean(text, all) ?? `Write: --${name} ${all[0]}`,
  });
}

const onlyChecks = (): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "mirror certify submits nothing by itself: it takes --check-only",
    hint: "Write: mirror certify --check-only IMAGE; nodes submit: mirror run 'certify:TARGET/IMAGE'",
  });

const notInRegistry = (): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "preflight reads images from registries alone, not from archives",
    hint: "Let mirror judge, or push the image first and name it there",
  });

function noList(file: string, cause: unknown): Failed {
  return new Failed(
    {
      code: "usage/no-file",
      class: "usage",
      message: `${file}, which --ubi-layers names, cannot be read: ${(cause as Error).message}`,
      hint: "Name a file with the digest of a layer's tar on each line",
    },
    { cause },
  );
}
