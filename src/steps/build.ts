import { isAbsolute, join, posix } from "node:path";
import type { FilesBuild } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { assembleImage, formatPlatform, type ImageFile, shortDigest } from "../oci/index.ts";
import type { StepOf } from "./scope.ts";

/** Puts an image of files together. Nothing is written: copying reads the files where they are. */
export const build: StepOf<"build"> = async (step, context, scope) => {
  const origin = scope.config.images.get(step.image)?.origin;
  if (origin?.kind !== "build") throw new Error(`${step.image} is not built`);
  const { labels, env, entrypoint, cmd, user, workdir } = origin.build;
  const image = await assembleImage(
    {
      name: step.image,
      files: await filesOf(step.image, origin.build),
      platforms: platformsOf(origin.build),
      labels: Object.fromEntries(labels),
      env: Object.fromEntries(env),
      entrypoint,
      cmd,
      ...(user === undefined ? {} : { user }),
      ...(workdir === undefined ? {} : { workdir }),
    },
    context.stopping,
  );
  const summary = `${image.platforms.join(", ")} ${shortDigest(image.digest)}`;
  const value = { kind: "built", source: image, digest: image.digest, platforms: image.platforms } as const;
  return { kind: "done", value, effect: "none", summary, bytes: 0 };
};

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

function platformsOf({ platforms }: FilesBuild): readonly [string, ...string[]] {
  const [first = "linux/amd64", ...rest] = platforms.map(formatPlatform);
  return [first, ...rest];
}

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
