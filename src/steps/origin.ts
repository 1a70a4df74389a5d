import { asNodeId } from "../engine/index.ts";
import type { Digest, ImageSource } from "../oci/index.ts";
import type { Scope } from "./scope.ts";
import type { StepValues } from "./value.ts";

/** Where an image's bytes are read. */
export interface Origin {
  readonly from: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest };
  /** What is known of its platforms without asking. */
  readonly platforms: readonly string[];
}

/** Where a pinned or built image is read; `unbuilt` in a plan, where a run would build it first. */
export async function originOf(
  image: string,
  values: StepValues,
  { connections, config }: Scope,
): Promise<Origin | "unbuilt"> {
  const built = values.get(asNodeId(`build:${image}`));
  if (built?.kind === "unbuilt") return "unbuilt";
  if (built?.kind === "built") {
    return { from: { source: built.source, repository: image, digest: built.digest }, platforms: built.platforms };
  }
  const pinned = values.get(asNodeId(`pin:${image}`));
  const origin = config.images.get(image)?.origin;
  if (pinned?.kind !== "pin" || origin?.kind !== "upstream") throw new Error(`copy of ${image} without its pin`);
  const { registry, repository } = await connections.source(origin.host, origin.repository);
  return { from: { source: registry, repository, digest: pinned.pin.digest }, platforms: [] };
}
