import type { DockerfileBuild } from "../../config/index.ts";
import { type Digest, type ImageAt, imageFor, type Layout, type Platform, storeImage } from "../../oci/index.ts";
import { basesOf } from "../../plan/index.ts";
import { originOf } from "../origin.ts";
import type { Scope } from "../scope.ts";
import type { StepValues } from "../value.ts";

/** An image of the config that a Dockerfile starts from. */
export interface Base extends ImageAt {
  /** Its name in the config. */
  readonly name: string;
}

/** By the references that the Dockerfile writes. */
export type Bases = ReadonlyMap<string, Base>;

/** The images of the config that a build starts from; `unbuilt` in a plan, where a run would build one of them. */
export async function basesFor(build: DockerfileBuild, values: StepValues, scope: Scope): Promise<Bases | "unbuilt"> {
  const bases = new Map<string, Base>();
  for (const [reference, name] of basesOf(build, scope.config, scope.pins)) {
    const origin = await originOf(name, values, scope);
    if (origin === "unbuilt") return "unbuilt";
    bases.set(reference, { name, ...origin.from });
  }
  return bases;
}

/**
 * Puts the image of one platform into a layout, where builders read it as `oci:FOLDER:NAME` and by its digest: a
 * builder then starts from the bytes that were pinned or built, whatever a tag says by now.
 */
export async function storeBase(
  base: Base,
  platform: Platform,
  layout: Layout,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly digest: Digest }> {
  const { source, repository, name } = base;
  const { digest: chosen } = await imageFor(base, platform, name, signal);
  const as = { repository: `bases/${name.toLowerCase()}`, tags: [chosen.slice(7, 19)] };
  const stored = await storeImage(layout, { from: source, repository, reference: chosen, as }, signal);
  return { name: `${as.repository}:${as.tags[0]}`, digest: stored };
}
