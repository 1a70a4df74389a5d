import { Readable } from "node:stream";

/** Bytes that are all there, for whoever reads streams; who can use them as they are takes them. */
export class WholeStream extends Readable {
  #bytes: Buffer | undefined;

  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  /** All of the bytes; undefined where they were read or taken before. Nothing is left to be read then. */
  takeBytes(): Buffer | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }

  override _read(): void {
    const bytes = this.takeBytes();
    if (bytes !== undefined && bytes.length > 0) this.push(bytes);
    this.push(null);
  }
}
