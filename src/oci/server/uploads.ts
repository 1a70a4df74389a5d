import { randomUUID } from "node:crypto";
import type { BlobWriter, Layout } from "../layout/index.ts";
import { Refusal } from "./answer.ts";

/** An upload that a client has opened and not finished. */
export interface Upload {
  readonly id: string;
  readonly repository: string;
  readonly writer: BlobWriter;
}

/** The open uploads of a server. They end with it; a client then starts again. */
export interface Uploads {
  open(repository: string, algorithm: "sha256" | "sha512"): Promise<Upload>;
  /** The upload, which is this request's alone until it lets go. Throws `Refusal` where another one has it. */
  take(repository: string, id: string): { readonly upload: Upload; letGo(): void };
  /** The upload, to look at. Throws `Refusal` where there is none. */
  peek(repository: string, id: string): Upload;
  /** Forgets an upload that is committed or discarded. */
  close(id: string): void;
  /** Gives up what nobody has continued for an hour. */
  discardIdle(): Promise<void>;
  discardAll(): Promise<void>;
}

/** Uploads that nobody has continued for so long are given up. */
const IDLE_MS = 60 * 60 * 1000;

interface Held extends Upload {
  taken: boolean;
  lastUsed: number;
}

export function uploadsInto(layout: Layout, now: () => number): Uploads {
  const held = new Map<string, Held>();

  async function discardIdle(): Promise<void> {
    for (const upload of held.values()) {
      if (upload.taken || now() - upload.lastUsed < IDLE_MS) continue;
      held.delete(upload.id);
      await upload.writer.discard();
    }
  }

  async function open(repository: string, algorithm: "sha256" | "sha512"): Promise<Upload> {
    await discardIdle();
    const writer = await layout.startBlob(algorithm);
    const upload: Held = { id: randomUUID(), repository, writer, taken: false, lastUsed: now() };
    held.set(upload.id, upload);
    return upload;
  }

  function peek(repository: string, id: string): Held {
    const upload = held.get(id);
    if (upload?.repository === repository) return upload;
    throw new Refusal(404, "BLOB_UPLOAD_UNKNOWN", `There is no upload ${id.slice(0, 40)} in ${repository}`);
  }

  function take(repository: string, id: string) {
    const upload = peek(repository, id);
    if (upload.taken) throw new Refusal(409, "BLOB_UPLOAD_INVALID", "Another request is writing to this upload");
    upload.taken = true;
    return {
      upload,
      letGo() {
        upload.taken = false;
        upload.lastUsed = now();
      },
    };
  }

  async function discardAll(): Promise<void> {
    const all = [...held.values()];
    held.clear();
    await Promise.all(all.map(({ writer }) => writer.discard()));
  }

  return { open, take, peek, close: (id) => held.delete(id), discardIdle, discardAll };
}
