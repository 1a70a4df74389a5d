const WINDOW_MS = 5000;
const SAMPLE_MS = 250;
/** Silence of up to a second is the rhythm of whoever reports, and no standstill. */
const SILENCE_MS = 1000;

/** Measures how fast a growing number grows, over the last five seconds. */
export class Meter {
  #samples: { readonly at: number; readonly bytes: number }[] = [];
  #bytes = 0;
  #lastAt = 0;

  /** Takes the number as it stands at a time in milliseconds. A smaller number than before starts over. */
  add(at: number, bytes: number): void {
    if (bytes < this.#bytes) this.#samples = [];
    this.#bytes = bytes;
    this.#lastAt = at;
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
  }

  /** Bytes a second at a time in milliseconds; falls while nothing arrives. Undefined before there is anything to say. */
  rate(now: number): number | undefined {
    const first = this.#samples[0];
    if (first === undefined) return undefined;
    const elapsed = Math.max(this.#lastAt, now - SILENCE_MS) - first.at;
    return elapsed < SAMPLE_MS ? undefined : ((this.#bytes - first.bytes) * 1000) / elapsed;
  }
}
