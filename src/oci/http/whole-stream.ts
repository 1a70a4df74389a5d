import { Readable } from "node:stream";

/** Bytes that are taken as they are. */
export interface TakenBytes {
  readonly bytes: Buffer;
  /** To be called once nobody reads them any more; they may change from then on. */
  readonly used: () => void;
}

/** Bytes that are all there, for whoever reads streams; who can use them as they are takes them. */
export class WholeStream extends Readable {
  #bytes: Buffer | undefined;
  readonly #used: (bytes: Buffer) => void;

  /** `used` is told of bytes that were taken and are of no more use: where nobody else has them. */
  constructor(bytes: Buffer, used: (bytes: Buffer) => void = () => {}) {
    super();
    this.#bytes = bytes;
    this.#used = used;
  }

  /** All of the bytes; undefined where they were read or taken before. Nothing is left to be read then. */
  takeBytes(): TakenBytes | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes && { bytes, used: () => this.#used(bytes) };
  }

  override _read(): void {
    const taken = this.takeBytes();
    if (taken !== undefined && taken.bytes.length > 0) this.push(taken.bytes);
    this.push(null);
  }
}
