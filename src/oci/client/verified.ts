import type { Hash } from "node:crypto";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { Failed } from "../../failure/index.ts";
import { type Digest, hasDigest, hashFor, shortDigest } from "../digest.ts";
import { giveWholeBack, WholeStream } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";

/** Some of a blob's bytes on their way here. */
export interface Feed {
  readonly body: Readable;
  /** All that it gives, where that is here already. */
  readonly whole?: Buffer | undefined;
  /** Which byte of the blob the first is. */
  readonly start: number;
  /** Who sends them, for messages. */
  readonly sender: string;
  readonly explain: (error: Error) => Failed;
}

/** The hash of a blob's first bytes, of which there are some: from here it can be read on without reading those again. */
export interface Checkpoint {
  readonly offset: number;
  readonly hash: Hash;
}

export interface VerifiedOptions {
  readonly blob: Descriptor;
  /** The first byte that is wanted; those before it are hashed and not given. */
  readonly from: number;
  /** Where hashing goes on; at the first byte where nothing is known. */
  readonly begin: Checkpoint | undefined;
  /** Asks for the bytes from `offset` on (or more) after a feed was lost; rejects where that is the end of it. */
  readonly reopen: (offset: number, lost: Failed) => Promise<Feed>;
  /** Told, when the stream is closed, from where it may be read on; nothing where the bytes were wrong. */
  readonly onClose: (checkpoints: readonly Checkpoint[]) => void;
}

const NOTHING = Buffer.alloc(0);
const CHECKPOINT_EVERY = 8 * 1024 * 1024;

/**
 * The bytes of a blob, as long as they are what the descriptor says, from as many feeds as it takes. The last piece is
 * held back until size and digest are known to be right, so that a wrong blob is never whole at the other end.
 * The stream fails with `registry/digest-mismatch`, naming who sent the bytes.
 */
export function verified(first: Feed, options: VerifiedOptions): Readable {
  const whole = verifiedAtOnce(first, options);
  if (whole !== undefined) return whole;
  const check = new Verifier(options);
  const attach = (feed: Feed): void => {
    const { body } = feed;
    let left = false;
    const lost = (failure: Failed): void => {
      left = true;
      body.unpipe(check).destroy();
      if (!check.destroyed) options.reopen(check.position, failure).then(attach, (error) => check.destroy(error));
    };
    check.follow(feed);
    body.on("error", (error) => left || lost(feed.explain(error)));
    body.once("end", () => {
      left = true;
      // What was sent may still be on its way through: an empty piece comes after all of it.
      check.write(NOTHING, () => {
        if (check.position < options.blob.size) lost(cutShort(feed.sender, check.position, options.blob));
        else check.end();
      });
    });
    if (check.destroyed) body.destroy();
    else body.pipe(check, { end: false });
  };
  check.once("close", () => options.onClose(check.checkpoints));
  attach(first);
  return check;
}

/** A short blob is most often here as a whole. Undefined where it is not, or not as it should be: that is told by the other way. */
function verifiedAtOnce({ whole, start }: Feed, { blob, from, begin }: VerifiedOptions): Readable | undefined {
  if (whole?.length !== blob.size || start !== 0 || begin !== undefined) return undefined;
  return hasDigest(whole, blob.digest) ? new WholeStream(whole.subarray(from), giveWholeBack) : undefined;
}

class Verifier extends Transform {
  readonly #blob: Descriptor;
  readonly #from: number;
  readonly #hash: Hash;
  #checkpoints: Checkpoint[] = [];
  #feeds = 0;
  #feed: Feed | undefined;
  /** Bytes of the feed that are known already. */
  #skip = 0;
  #whole = false;
  position: number;

  constructor({ blob, from, begin }: VerifiedOptions) {
    super();
    this.#blob = blob;
    this.#from = from;
    this.#hash = begin?.hash ?? hashFor(blob.digest);
    this.position = begin?.offset ?? 0;
    if (begin !== undefined) this.#checkpoints.push({ offset: begin.offset, hash: begin.hash.copy() });
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  follow(feed: Feed): void {
    this.#feeds += 1;
    this.#feed = feed;
    this.#skip = this.position - feed.start;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const fresh = chunk.subarray(Math.min(this.#skip, chunk.length));
    this.#skip -= chunk.length - fresh.length;
    if (fresh.length === 0) {
      done();
      return;
    }
    if (this.#whole) {
      done(this.#tooLong());
      return;
    }
    this.#hash.update(fresh);
    const wanted = fresh.subarray(Math.max(0, Math.min(this.#from - this.position, fresh.length)));
    this.position += fresh.length;
    const wrong = this.position < this.#blob.size ? undefined : this.#verdict();
    if (wrong !== undefined) {
      done(wrong);
      return;
    }
    this.#remember();
    if (wanted.length === 0) done();
    else done(null, wanted);
  }

  override _flush(done: TransformCallback): void {
    done(this.#whole ? null : (this.#verdict() ?? null));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#feed?.body.destroy();
    super._destroy(error, done);
  }

  #remember(): void {
    if (this.#whole || this.position - (this.#checkpoints.at(-1)?.offset ?? 0) < CHECKPOINT_EVERY) return;
    this.#checkpoints.push({ offset: this.position, hash: this.#hash.copy() });
  }

  #verdict(): Failed | undefined {
    if (this.#whole && this.position === this.#blob.size) return undefined;
    const { size, digest } = this.#blob;
    const sender = this.#feed?.sender ?? "";
    if (this.position > size) return this.#tooLong();
    this.#whole = true;
    const actual = this.#hash.digest("hex");
    if (digest.endsWith(`:${actual}`)) return undefined;
    this.#checkpoints = [];
    const wrong = mismatch(`${sender} sent other bytes than those of ${shortDigest(digest)}`);
    // Put together from several parts, it may be the parts that do not belong together.
    return this.#feeds === 1 ? wrong : new Failed({ ...wrong.failure, class: "transient" });
  }

  #tooLong(): Failed {
    const { size, digest } = this.#blob;
    return mismatch(`${this.#feed?.sender ?? ""} sent more than the ${size} bytes of ${shortDigest(digest)}`);
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
