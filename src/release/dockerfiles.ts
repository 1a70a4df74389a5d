import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { basesOf } from "../builds/index.ts";
import type { Config, DockerfileBuild, Image } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { type OpenedSource, openSource } from "../sources/index.ts";
import { originOf } from "./source-origin.ts";

export interface DockerfileOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The context of a build as it stands on this machine, with the Dockerfile in it. */
export interface OpenedBuild {
  /** Absolute. */
  readonly context: string;
  readonly dockerfile: { readonly path: string; readonly text: string };
}

/**
 * The config with what Dockerfiles start from, of the images named. One that cannot be read changes nothing here: the
 * image's own build will say why.
 */
export async function withDockerfiles(
  config: Config,
  names: readonly string[],
  options: DockerfileOptions,
): Promise<Config> {
  const images = new Map(config.images);
  for (const name of names) {
    const image = images.get(name);
    if (image !== undefined) images.set(name, await withBases(image, config, options));
  }
  return { ...config, images };
}

/** Builds whose Dockerfile can be read without asking anybody. */
export const localBuilds = (config: Config): string[] =>
  [...config.images.values()].flatMap(({ name, origin }) =>
    origin.kind === "build" && origin.build.kind === "dockerfile" && origin.build.source === undefined ? [name] : [],
  );

async function withBases(image: Image, config: Config, options: DockerfileOptions): Promise<Image> {
  const { origin } = image;
  if (origin.kind !== "build" || origin.build.kind !== "dockerfile") return image;
  const { build } = origin;
  try {
    const { dockerfile } = await openBuild(build, config, options);
    const references = basesOf(dockerfile.text, build.args).flatMap(({ reference }) => reference ?? []);
    return { ...image, origin: { kind: "build", build: { ...build, bases: [...new Set(references)] } } };
  } catch (thrown) {
    if (thrown instanceof Failed && thrown.failure.class !== "cancelled") return image;
    throw thrown;
  }
}

/**
 * Opens the context of a build: its source at the pin, or the folder of the config. Throws `Failed`: a code of
 * `git/…`, or `build/no-dockerfile`.
 */
export async function openBuild(
  build: DockerfileBuild,
  config: Config,
  options: DockerfileOptions,
): Promise<OpenedBuild> {
  const opened = build.source === undefined ? undefined : await open(build.source, config, options);
  const context = opened === undefined ? build.context : join(opened.folder, build.context);
  const path = join(context, build.dockerfile);
  try {
    return { context, dockerfile: { path, text: await readFile(path, "utf8") } };
  } catch (cause) {
    throw noDockerfile(path, build, cause);
  }
}

async function open(name: string, config: Config, { env, signal }: DockerfileOptions): Promise<OpenedSource> {
  const source = config.sources.get(name);
  if (source === undefined) throw new Error(`no source ${name}`);
  const cache = join(config.folder, ".mirror", "sources");
  return openSource(originOf(source), { cache, network: "online", env, signal });
}

function noDockerfile(path: string, { place }: DockerfileBuild, cause: unknown): Failed {
  return new Failed(
    {
      code: "build/no-dockerfile",
      class: "usage",
      message: `${path} cannot be read: ${(cause as Error).message}`,
      hint: "Name it with dockerfile: it is relative to the context",
      place,
    },
    { cause },
  );
}
