import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startDockerRegistry } from "../../test/rig/docker-registry.ts";
import type { NamedImage } from "../../test/rig/images.ts";
import { pushImages } from "../../test/rig/push.ts";

/** Folders as docker-registry keeps them. */
const layout = "docker/registry/v2";

/** Puts images into a registry's folder. */
export async function fill(folder: string, images: readonly NamedImage[]): Promise<void> {
  const registry = await startDockerRegistry({ folder });
  if (registry === undefined) throw new Error("docker-registry is not installed");
  try {
    await pushImages(registry.host, images);
  } finally {
    await registry.stop();
  }
}

/** A second registry's folder with the same content: blobs are linked, as they never change; all else is copied. */
export async function cloneStorage(from: string, to: string): Promise<void> {
  await mkdir(join(to, layout), { recursive: true });
  await promisify(execFile)("cp", ["-al", join(from, layout, "blobs"), join(to, layout, "blobs")]);
  await cp(join(from, layout, "repositories"), join(to, layout, "repositories"), { recursive: true });
}

export async function emptyStorage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

/** Images whose tag does not stand at their digest in a registry's folder. */
export async function missingIn(folder: string, images: readonly NamedImage[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { repository, tag, image } of images) {
    const link = join(folder, layout, "repositories", repository, "_manifests/tags", tag, "current/link");
    const digest = await readFile(link, "utf8").catch(() => undefined);
    if (digest !== image.top.digest) missing.push(`${repository}:${tag}`);
  }
  return missing;
}
