import { randomUUID } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BuildRequest,
  basesOf as basesIn,
  commandsFor,
  type HashedInputs,
  type KnownBuilder,
  withBases,
} from "../../builds/index.ts";
import type { DockerfileBuild, Image, Platform } from "../../config/index.ts";
import type { StepContext } from "../../engine/index.ts";
import { assembleIndex, type Digest, formatPlatform, type Layout, type Manifest } from "../../oci/index.ts";
import type { OpenedBuild } from "../../release/index.ts";
import type { Scope } from "../scope.ts";
import type { StepValue } from "../value.ts";
import { type Bases, storeBase } from "./bases.ts";
import { chooseBuilder, type Try } from "./choose-builder.ts";
import { importResult } from "./import-result.ts";

/** All that building an image takes. */
export interface Building {
  readonly image: Image;
  readonly build: DockerfileBuild;
  readonly opened: OpenedBuild;
  readonly bases: Bases;
  readonly inputs: HashedInputs;
  /** An empty folder of this build. */
  readonly scratch: string;
  /** Where what was built is kept. */
  readonly layout: Layout;
  readonly context: StepContext<StepValue>;
  readonly scope: Scope;
}

interface Built {
  readonly digest: Digest;
  readonly platforms: readonly string[];
  readonly builder: KnownBuilder["name"];
}

/** Has a builder make the image of each platform, one after the other; several are then put under an index. */
export async function buildPlatforms(building: Building): Promise<Built> {
  const { build, image, layout } = building;
  const builder = await chooseBuilder(build.builder, attemptFor(building), build.place);
  const secrets = await readSecrets(building);
  const wanted = build.platforms.length > 0 ? build.platforms : [thisMachine()];
  const made: { readonly platform: Platform; readonly manifest: Manifest }[] = [];
  for (const platform of wanted) {
    const asked = build.platforms.length > 0 ? platform : undefined;
    made.push({ platform, manifest: await buildOne(building, builder, { platform, asked, secrets }) });
  }
  const [first] = made;
  const platforms = wanted.map(formatPlatform);
  if (first !== undefined && made.length === 1)
    return { digest: first.manifest.digest, platforms, builder: builder.name };
  const index = assembleIndex(image.name, made);
  await layout.putManifest(image.name, index, []);
  return { digest: index.digest, platforms, builder: builder.name };
}

interface One {
  readonly platform: Platform;
  /** Undefined where the config asks for none: the builder then takes its own. */
  readonly asked: Platform | undefined;
  readonly secrets: readonly { readonly id: string; readonly variable: string; readonly value: string }[];
}

async function buildOne(
  building: Building,
  builder: KnownBuilder,
  { platform, asked, secrets }: One,
): Promise<Manifest> {
  const { image, build, opened, inputs, layout, context } = building;
  const words = formatPlatform(platform).replaceAll("/", "-");
  const scratch = join(building.scratch, words);
  await mkdir(scratch, { recursive: true });
  const bases = await storeBases(building, platform);
  const linked = join(tmpdir(), `mirror-${randomUUID()}`);
  const copied = builder.name !== "docker" && bases.size > 0;
  if (copied) await mkdir(linked, { mode: 0o700 });
  const request: BuildRequest = {
    context: opened.context,
    dockerfile: copied ? await rewritten(building, bases, linked) : opened.dockerfile.path,
    ignoreFile: inputs.ownIgnoreFile,
    args: build.args,
    labels: build.labels,
    target: build.target,
    platform: asked === undefined ? undefined : formatPlatform(asked),
    secrets: new Map(secrets.map(({ id, variable }) => [id, variable])),
    bases: new Map([...bases].map(([reference, { digest }]) => [reference, `${layout.folder}@${digest}`])),
    name: `localhost/mirror/${image.name.toLowerCase()}:${words}`,
    scratch,
  };
  const commands = commandsFor(builder, request);
  const env = Object.fromEntries(secrets.map(({ variable, value }) => [variable, value]));
  try {
    await run(building, commands.build, env);
  } finally {
    if (copied) await rm(linked, { recursive: true, force: true });
  }
  if (commands.export !== undefined) await run(building, commands.export, {});
  return importResult(commands.result, { image: image.name, layout, place: build.place }, context.stopping);
}

type StoredBases = ReadonlyMap<string, Awaited<ReturnType<typeof storeBase>>>;

async function storeBases({ bases, layout, context }: Building, platform: Platform): Promise<StoredBases> {
  const stored = new Map<string, Awaited<ReturnType<typeof storeBase>>>();
  for (const [reference, base] of bases) {
    stored.set(reference, await storeBase(base, platform, layout, context.stopping));
  }
  return stored;
}

/**
 * A copy of the Dockerfile that starts from what was pinned or built. Podman and buildah name such an image in their
 * store by the path of its layout, and names are in lower case: a link in the temporary folder has one.
 */
async function rewritten({ opened, build, layout }: Building, stored: StoredBases, linked: string): Promise<string> {
  const { text } = opened.dockerfile;
  const link = join(linked, "layout");
  await symlink(layout.folder, link);
  const names = basesIn(text, build.args).flatMap((base) => {
    const at = stored.get(base.reference ?? "");
    return at === undefined ? [] : [[base, `oci:${link}:${at.name}`] as const];
  });
  const copy = join(linked, "Dockerfile");
  await writeFile(copy, withBases(text, new Map(names)));
  return copy;
}

async function readSecrets({ build, scope }: Building): Promise<One["secrets"]> {
  return Promise.all(
    [...build.secrets].map(async ([id, secret], index) => {
      const value = await secret.read();
      scope.hide(value);
      return { id, variable: `MIRROR_BUILD_SECRET_${index}`, value };
    }),
  );
}

async function run(
  { image, build, context, scope }: Building,
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { stopping, killed, report } = context;
  const log = (stream: "log" | "stdout" | "stderr", line: string): void => report({ type: "node-log", stream, line });
  await scope.commands.run({ task: `build:${image.name}`, place: build.place, argv, env, stopping, killed, log });
}

/** Runs what only asks: what it writes is no part of the log. */
function attemptFor({ image, build, context, scope }: Building): Try {
  const { stopping, killed } = context;
  return async (argv) => {
    const lines: string[] = [];
    const log = (stream: "log" | "stdout" | "stderr", line: string): void => {
      if (stream === "stdout") lines.push(line);
    };
    try {
      await scope.commands.run({
        task: `build:${image.name}`,
        place: build.place,
        argv,
        env: {},
        stopping,
        killed,
        log,
      });
      return lines;
    } catch (thrown) {
      if (stopping.aborted) throw thrown;
      return undefined;
    }
  };
}

/** Images are Linux's, whatever the machine's own system is. */
function thisMachine(): Platform {
  const architecture = { x64: "amd64", ia32: "386" }[arch()] ?? arch();
  return { os: "linux", architecture, variant: undefined };
}
