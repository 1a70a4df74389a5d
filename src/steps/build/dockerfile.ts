import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { hashInputs } from "../../builds/index.ts";
import type { DockerfileBuild, Image } from "../../config/index.ts";
import type { StepContext, StepResult } from "../../engine/index.ts";
import { formatPlatform, openLayout, shortDigest } from "../../oci/index.ts";
import { openBuild } from "../../release/index.ts";
import type { Scope } from "../scope.ts";
import type { StepValue } from "../value.ts";
import { type Bases, basesFor } from "./bases.ts";
import { buildPlatforms } from "./platforms.ts";
import { buildsFolder, keepRecord, recordOf } from "./record.ts";

/** Builds an image from a Dockerfile, unless what was built last is of the same inputs and there still. */
export async function buildDockerfile(
  image: Image,
  build: DockerfileBuild,
  context: StepContext<StepValue>,
  scope: Scope,
): Promise<StepResult<StepValue>> {
  const { config, env, mode } = scope;
  const signal = context.stopping;
  const opened = await openBuild(build, config, { env, signal });
  const bases = await basesFor(build, context.values, scope);
  if (bases === "unbuilt") return unbuilt();
  const inputs = await hashInputs(
    {
      context: opened.context,
      patterns: build.inputs,
      dockerfile: opened.dockerfile,
      args: build.args,
      labels: build.labels,
      target: build.target,
      platforms: build.platforms.map(formatPlatform),
      secrets: [...build.secrets.keys()],
      bases: digestsOf(bases),
    },
    signal,
  );
  const folder = buildsFolder(config.folder);
  const layout = await openLayout(folder);
  const before = await recordOf(image.name, folder, layout);
  if (before !== undefined && before.inputs === inputs.hash) {
    const { digest, platforms } = before;
    const value = { kind: "built", source: layout, digest, platforms } as const;
    return { kind: "done", value, effect: "unchanged", summary: `up to date ${shortDigest(digest)}`, bytes: 0 };
  }
  if (mode === "plan") return unbuilt();

  await mkdir(join(folder, "tmp"), { recursive: true });
  const scratch = await mkdtemp(join(folder, "tmp", "build-"));
  try {
    const made = await buildPlatforms({ image, build, opened, bases, inputs, scratch, layout, context, scope });
    const { digest, platforms, builder } = made;
    await keepRecord(image.name, folder, { inputs: inputs.hash, digest, platforms });
    const files = `${inputs.files} ${inputs.files === 1 ? "file" : "files"}`;
    const summary = `built ${shortDigest(digest)} with ${builder} from ${files}`;
    const value = { kind: "built", source: layout, digest, platforms } as const;
    return { kind: "done", value, effect: "changed", summary, bytes: 0 };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function unbuilt(): StepResult<StepValue> {
  return { kind: "done", value: { kind: "unbuilt" }, effect: "changed", summary: "would be built", bytes: 0 };
}

const digestsOf = (bases: Bases): ReadonlyMap<string, string> =>
  new Map([...bases].map(([reference, { digest }]) => [reference, digest]));
