import { StringDecoder } from "node:string_decoder";

/** No program means a line of this many characters; what is longer is cut, so that memory stays bounded. */
const LONGEST_LINE = 64 * 1024;

/** Turns the chunks of one stream into whole lines. A line redrawn with carriage returns counts as last drawn. */
export class Lines {
  readonly #decoder = new StringDecoder("utf8");
  readonly #take: (line: string) => void;
  #rest = "";

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(lastDrawn(line));
    if (this.#rest.length > LONGEST_LINE) this.#flush();
  }

  /** Gives what stands after the last line end. */
  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== "") this.#flush();
  }

  #flush(): void {
    this.#take(lastDrawn(this.#rest));
    this.#rest = "";
  }
}

function lastDrawn(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
