import type { Platform } from "../config/index.ts";
import { asNodeId } from "../engine/index.ts";
import { Failed } from "../failure/index.ts";
import type { Measure } from "../oci/index.ts";
import type { Step } from "../plan/index.ts";
import { nameInArchive } from "../registries/index.ts";
import { formatBytes } from "../units/bytes.ts";
import { originOf } from "./origin.ts";
import type { Scope, StepOf } from "./scope.ts";
import type { StepValue } from "./value.ts";

type Copy = Extract<Step, { readonly kind: "copy" }>;
type Package = Extract<Step, { readonly kind: "package" }>;

/**
 * Reads the manifests of all that goes into an archive, and looks whether its disk has room for it: before hours of
 * copying, not after. An image that cannot be read here fails where it is copied, and keeps nobody else from it.
 */
export const room: StepOf<"room"> = async (step, context, scope) => {
  const archive = await scope.connections.archive(step.registry);
  const copies = [...scope.graph.nodes.values()].flatMap((node) =>
    node.step.kind === "copy" && node.step.destination.registry === step.registry ? [node.step] : [],
  );
  const packages = [...scope.graph.nodes.values()].flatMap((node) =>
    node.step.kind === "package" && node.step.destination.registry === step.registry ? [node.step] : [],
  );
  const measuring = [
    ...copies.map((copy) => measure(copy, context, scope)),
    ...packages.map((one) => measurePackage(one, context, scope)),
  ];
  const measured = (await Promise.all(measuring)).filter((one) => one !== undefined);
  const blobs = new Map(measured.flatMap((one) => one.blobs.map((blob) => [blob.digest, blob] as const)));
  let verified = 0;
  const totalBytes = [...blobs.values()].reduce((sum, { size }) => sum + size, 0);
  const beside = await dockerArchives(step.registry, copies, context, scope);
  const expected = { images: measured, blobs: [...blobs.values()], mode: scope.mode, beside };
  const found = await archive.prepare(expected, (bytes) => {
    verified += bytes;
    context.report({ type: "node-progress", bytes: verified, totalBytes });
  });
  const value = { kind: "archive", registry: step.registry } as const;
  const built = new Set(copies.flatMap(({ image }) => (scope.pins.has(image) ? [] : [image]))).size;
  const archives = beside === 0 ? "" : ` and ${formatBytes(beside)} of docker archives`;
  const builds =
    built === 0 ? "" : `, beside ${built === 1 ? "an image that is" : `${built} images that are`} built here`;
  const there = found.there === 0 ? "" : `, ${formatBytes(found.there)} are there already`;
  const base = found.inBase === 0 ? "" : `, ${formatBytes(found.inBase)} are in the base`;
  const summary = `${formatBytes(found.needed)}${archives} to write${builds}${there}${base}, ${formatBytes(found.free)} free`;
  return { kind: "done", value, effect: "none", summary, bytes: 0 };
};

type Measured = Measure & { readonly repository: string; readonly tag: string | undefined };
type Context = Parameters<StepOf<"room">>[1];

/** What docker archives of all images take: each has all its layers, for one platform. */
async function dockerArchives(
  registry: string,
  copies: readonly Copy[],
  context: Context,
  scope: Scope,
): Promise<number> {
  const declared = scope.config.registries.get(registry);
  if (declared?.type !== "archive" || declared.gathered === undefined) return 0;
  const platforms = [declared.gathered];
  const measured = await Promise.all(copies.map((copy) => measure(copy, context, scope, platforms)));
  return measured.flatMap((one) => one?.blobs ?? []).reduce((sum, { size }) => sum + size, 0);
}

async function measure(
  copy: Copy,
  context: Context,
  scope: Scope,
  chosen?: readonly Platform[],
): Promise<Measured | undefined> {
  const resolution = scope.pins.get(copy.image);
  // What is built here comes later, and is small beside the rest.
  if (resolution?.kind !== "pinned") return undefined;
  const pin: StepValue = { kind: "pin", pin: resolution.pin };
  return unlessFailed(async () => {
    const origin = await originOf(copy.image, new Map([[asNodeId(`pin:${copy.image}`), pin]]), scope);
    if (origin === "unbuilt") return undefined;
    const { from } = origin;
    const target = scope.config.targets.get(copy.target);
    const platforms = chosen ?? target?.platforms ?? "all";
    const foreignLayers = scope.config.images.get(copy.image)?.foreignLayers ?? target?.foreignLayers ?? "skip";
    const { stopping, killed } = context;
    const measured = await scope.transfer.measure({
      from,
      platforms,
      indexes: "sparse",
      foreignLayers,
      stopping,
      killed,
    });
    return { ...measured, repository: nameInArchive(copy.destination.path), tag: copy.destination.tag };
  });
}

function measurePackage(
  { chart, destination }: Package,
  context: Context,
  scope: Scope,
): Promise<Measured | undefined> {
  return unlessFailed(async () => {
    const { tag, from } = await scope.openPackage(chart);
    const { stopping, killed } = context;
    const measured = await scope.transfer.measure({ from, platforms: "all", indexes: "sparse", stopping, killed });
    return { ...measured, repository: nameInArchive(destination.path), tag };
  });
}

async function unlessFailed(measuring: () => Promise<Measured | undefined>): Promise<Measured | undefined> {
  try {
    return await measuring();
  } catch (thrown) {
    if (thrown instanceof Failed && thrown.failure.class !== "cancelled") return undefined;
    throw thrown;
  }
}
