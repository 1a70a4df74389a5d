import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Descriptor } from "../manifest.ts";
import { settle, temporaryFile } from "./disk.ts";
import { explained } from "./failures.ts";
import { mismatch } from "./verify.ts";
import { syncAsItGoes, writeContent } from "./write-content.ts";

/** Opens the bytes of a blob: asked for once there is a file to write them to. */
export type OpenContent = () => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;

/**
 * Puts a blob whose bytes are verified by whoever gives them into its place, where it survives a crash from then on.
 * Throws `Failed`: `oci/digest-mismatch` where they are not as many as was said, `oci/disk-full`; and what the content
 * throws. Then nothing of it is left.
 */
export async function placeBlob(
  blob: Pick<Descriptor, "digest" | "size">,
  content: OpenContent,
  { place, temporaryFolder }: { readonly place: string; readonly temporaryFolder: string },
): Promise<void> {
  const explain = (error: unknown): never => {
    throw explained(error, temporaryFolder);
  };
  const temporary = await temporaryFile(temporaryFolder).catch(explain);
  try {
    const handle = await open(temporary, "wx");
    try {
      await writeAll(blob, await content(), handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await mkdir(dirname(place), { recursive: true });
    await settle(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    explain(error);
  }
}

async function writeAll(
  blob: Pick<Descriptor, "digest" | "size">,
  content: AsyncIterable<Uint8Array>,
  handle: FileHandle,
): Promise<void> {
  const { size } = blob;
  const came = await writeContent(content, { handle, offset: 0, size, written: syncAsItGoes(handle) });
  if (came < size) throw mismatch(blob, "what was sent", `it has ${came} of ${size} bytes`);
  if (came > size) throw mismatch(blob, "what was sent", `it is longer than ${size} bytes`);
}
