/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of some values. */
export function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

/** How the library may write a document: the forms that templates have too. */
export const styles = (random: () => number, widths: readonly number[] = [0, 20, 80]) => ({
  lineWidth: pick(random, widths),
  indent: pick(random, [2, 4]),
  indentSeq: random() < 0.5,
  defaultStringType: pick(random, ["PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const),
  collectionStyle: pick(random, ["any", "any", "flow", "block"] as const),
});
