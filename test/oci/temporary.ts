import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServedRegistry, type ServeOptions, serveLayout } from "../../src/oci/server/index.ts";

/** Runs `body` with a folder that is gone afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-test-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `body` with a registry that is served from an empty folder until it is done. */
export async function withRegistry(
  body: (registry: ServedRegistry, folder: string) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const registry = await serveLayout({ folder, listen: { host: "127.0.0.1", port: 0 }, ...options });
    try {
      await body(registry, folder);
    } finally {
      await registry.close();
    }
  });
}

/** A folder that is gone when the process ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-test-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
