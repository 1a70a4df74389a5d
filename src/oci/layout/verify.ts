import { pipeline, type Readable, Transform } from "node:stream";
import { Failed } from "../../failure/index.ts";
import { algorithmOf, hashFor, hexOf } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";

/**
 * The bytes of `content`, which fail at the end (or as soon as there are too many) with what `fail` makes of the
 * reason, unless size and digest are what the descriptor says.
 */
export function verified(content: Readable, blob: Descriptor, fail: (why: string) => Failed): Readable {
  const hash = hashFor(blob.digest);
  let size = 0;
  const check = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size > blob.size) done(fail(`it is longer than ${blob.size} bytes`));
      else done(null, chunk);
    },
    flush(done) {
      const found = `${algorithmOf(blob.digest)}:${hash.digest("hex")}`;
      if (size !== blob.size) done(fail(`it ends after ${size} of ${blob.size} bytes`));
      else if (found !== blob.digest) done(fail(`its bytes have the digest ${found}`));
      else done();
    },
  });
  // The error also destroys `check`, which is where the reader sees it.
  pipeline(content, check, () => {});
  return check;
}

/** Throws `Failed` (`oci/digest-mismatch`) unless the bytes have the digest. */
export function checkBytes(bytes: Uint8Array, blob: Pick<Descriptor, "digest">, where: string): void {
  const found = hashFor(blob.digest).update(bytes).digest("hex");
  if (found !== hexOf(blob.digest)) throw mismatch(blob, where, `its bytes hash to ${found}`);
}

/** The failure for content that is not what its digest or size promises. */
export function mismatch(blob: Pick<Descriptor, "digest">, where: string, why: string): Failed {
  return new Failed({
    code: "oci/digest-mismatch",
    class: "permanent",
    message: `${blob.digest} in ${where} is broken: ${why}`,
    hint: "Remove it there and push it again",
  });
}
