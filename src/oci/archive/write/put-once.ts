import type { Digest } from "../../digest.ts";
import type { OpenContent } from "../../layout/place-blob.ts";
import type { SizedBlob, TarFile } from "./tar-file.ts";

/** Writes each blob once, however many ask for it at the same time. Where it fails for one, the next tries itself. */
export function putOnce(
  isThere: (blob: SizedBlob) => boolean,
  write: (blob: SizedBlob, content: OpenContent) => Promise<void>,
): TarFile["put"] {
  const underWay = new Map<Digest, Promise<void>>();
  return async (blob, content) => {
    while (!isThere(blob)) {
      const pending = underWay.get(blob.digest);
      if (pending === undefined) {
        const mine = write(blob, content).finally(() => underWay.delete(blob.digest));
        underWay.set(blob.digest, mine);
        return mine;
      }
      await pending.catch(() => {});
    }
  };
}
