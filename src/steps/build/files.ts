import { isAbsolute, join, posix } from "node:path";
import type { FilesBuild } from "../../config/index.ts";
import type { StepContext, StepResult } from "../../engine/index.ts";
import { Failed } from "../../failure/index.ts";
import { assembleImage, formatPlatform, type ImageFile, shortDigest } from "../../oci/index.ts";
import { originOf } from "../origin.ts";
import type { Scope } from "../scope.ts";
import type { StepValue } from "../value.ts";

/** Puts an image of files together, on nothing or on another image. Nothing is written: copying reads the files. */
export async function buildFiles(
  name: string,
  build: FilesBuild,
  context: StepContext<StepValue>,
  scope: Scope,
): Promise<StepResult<StepValue>> {
  const { labels, env, entrypoint, cmd, user, workdir } = build;
  const base = build.base === undefined ? undefined : await originOf(build.base, context.values, scope);
  if (base === "unbuilt") {
    const value = { kind: "unbuilt" } as const;
    return { kind: "done", value, effect: "none", summary: "would be made once its base is built", bytes: 0 };
  }
  const image = await assembleImage(
    {
      name,
      ...(base === undefined ? {} : { base: base.from }),
      files: await filesOf(name, build),
      ...platformsFor(build),
      labels: Object.fromEntries(labels),
      env: Object.fromEntries(env),
      ...(entrypoint.length === 0 && base !== undefined ? {} : { entrypoint }),
      ...(cmd.length === 0 && base !== undefined ? {} : { cmd }),
      ...(user === undefined ? {} : { user }),
      ...(workdir === undefined ? {} : { workdir }),
    },
    context.stopping,
  );
  const summary = `${image.platforms.join(", ")} ${shortDigest(image.digest)}`;
  const value = { kind: "built", source: image, digest: image.digest, platforms: image.platforms } as const;
  return { kind: "done", value, effect: "none", summary, bytes: 0 };
}

async function filesOf(name: string, build: FilesBuild): Promise<ImageFile[]> {
  const { globby } = await import("globby");
  const files: ImageFile[] = [];
  for (const { from, patterns, to } of build.files) {
    const found = await globby([...patterns], { cwd: from, dot: true, onlyFiles: true });
    if (found.length === 0) throw nothingFound(name, from, patterns, build);
    for (const path of found) {
      if (isAbsolute(path) || path.startsWith("../")) throw outside(name, path, build);
      files.push({ path: posix.join(to, path), source: join(from, path) });
    }
  }
  return files;
}

/** Without any, those of the base, or what is usual. */
const platformsFor = ({ platforms }: FilesBuild): { platforms?: readonly string[] } =>
  platforms.length > 0 ? { platforms: platforms.map(formatPlatform) } : {};

function nothingFound(name: string, from: string, patterns: readonly string[], { place }: FilesBuild): Failed {
  return new Failed({
    code: "build/no-files",
    class: "usage",
    message: `${name}: nothing below ${from} fits ${patterns.join(", ")}`,
    place,
    hint: "Name files that exist, relative to the folder of the config",
  });
}

function outside(name: string, path: string, { place }: FilesBuild): Failed {
  return new Failed({
    code: "build/outside",
    class: "usage",
    message: `${name}: ${path} is outside of the folder that its pattern is relative to`,
    place,
    hint: 'Name the folder itself with "from"',
  });
}
