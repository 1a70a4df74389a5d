const LINE_END = 0x0a;

/** One stream of a lane: the output of one command after another, each closed by a mark, a number and a line end. */
export class MarkedOutput {
  readonly #mark: Buffer;
  readonly #onOutput: (chunk: Buffer) => void;
  readonly #onMark: (number: number) => void;
  /** The beginning of what may become a mark. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(mark: string, on: { output: (chunk: Buffer) => void; mark: (number: number) => void }) {
    this.#mark = Buffer.from(mark);
    this.#onOutput = on.output;
    this.#onMark = on.mark;
  }

  write(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let found = data.indexOf(this.#mark); found !== -1; found = data.indexOf(this.#mark)) {
      const end = data.indexOf(LINE_END, found);
      if (end === -1) break;
      this.#give(data.subarray(0, found));
      this.#onMark(Number(data.toString("latin1", found + this.#mark.length, end)));
      data = data.subarray(end + 1);
      if (data.length === 0) break;
    }
    const kept = this.#startOfMark(data);
    this.#give(data.subarray(0, kept));
    this.#rest = data.subarray(kept);
  }

  /** Gives what looked like the beginning of a mark and was none. */
  end(): void {
    this.#give(this.#rest);
    this.#rest = Buffer.alloc(0);
  }

  #give(output: Buffer): void {
    if (output.length > 0) this.#onOutput(output);
  }

  /** Where a mark begins that has not come to its end; the length of the data where none does. */
  #startOfMark(data: Buffer): number {
    const whole = data.indexOf(this.#mark);
    if (whole !== -1) return whole;
    const [first = 0] = this.#mark;
    for (let at = Math.max(0, data.length - this.#mark.length); at < data.length; at++) {
      at = data.indexOf(first, at);
      if (at === -1) break;
      if (data.subarray(at).equals(this.#mark.subarray(0, data.length - at))) return at;
    }
    return data.length;
  }
}
