import type { Hash } from "node:crypto";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { Failed } from "../../failure/index.ts";
import { type Digest, hashFor, shortDigest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";

/**
 * The bytes of `source`, as long as they are what the descriptor says. The last piece is held back until size and
 * digest are known to be right, so that a wrong blob is never whole at the other end.
 * The stream fails with `registry/digest-mismatch`, naming who sent the bytes.
 */
export function verified(
  source: Readable,
  blob: Descriptor,
  sender: string,
  explain: (error: Error) => Error,
): Readable {
  const check = new Verifier(blob, sender);
  source.once("error", (error) => check.destroy(explain(error)));
  check.once("close", () => source.destroy());
  return source.pipe(check);
}

class Verifier extends Transform {
  readonly #hash: Hash;
  readonly #blob: Descriptor;
  readonly #sender: string;
  #size = 0;
  #whole: boolean;

  constructor(blob: Descriptor, sender: string) {
    super();
    this.#hash = hashFor(blob.digest);
    this.#blob = blob;
    this.#sender = sender;
    this.#whole = false;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    const wrong = this.#size < this.#blob.size ? undefined : this.#verdict();
    if (wrong === undefined) done(null, chunk);
    else done(wrong);
  }

  override _flush(done: TransformCallback): void {
    done(this.#whole ? null : (this.#verdict() ?? null));
  }

  #verdict(): Failed | undefined {
    const { size, digest } = this.#blob;
    if (this.#size !== size) {
      if (this.#size < size) return cutShort(this.#sender, this.#size, this.#blob);
      return mismatch(`${this.#sender} sent more than the ${size} bytes of ${shortDigest(digest)}`);
    }
    this.#whole = true;
    const actual = this.#hash.digest("hex");
    if (digest.endsWith(`:${actual}`)) return undefined;
    return mismatch(`${this.#sender} sent other bytes than those of ${shortDigest(digest)}`);
  }
}

/** Bytes that are not what their digest promises. */
export function mismatch(message: string, expected?: Digest, actual?: Digest): Failed {
  return new Failed({
    code: "registry/digest-mismatch",
    class: "permanent",
    message,
    hint: "Look whether the copy there is damaged, or a proxy changes what passes through it",
    ...(expected === undefined ? {} : { detail: [`expected ${expected}`, `received ${actual ?? "something else"}`] }),
  });
}

/** A body that ended early without the connection breaking: some proxies do that when they lose the other side. */
function cutShort(sender: string, size: number, blob: Descriptor): Failed {
  return new Failed({
    code: "registry/digest-mismatch",
    class: "transient",
    message: `${sender} sent ${size} of the ${blob.size} bytes of ${shortDigest(blob.digest)}`,
    hint: "Run again; if it stays, the copy there is damaged, or a proxy between limits its length",
  });
}
