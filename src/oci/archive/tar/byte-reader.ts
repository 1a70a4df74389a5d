/** Bytes of a stream in pieces of the reader's choice. */
export interface ByteReader {
  /** So many bytes; fewer only where the stream ends. */
  take(count: number): Promise<Buffer>;
  /** Passes over so many bytes, and tells how many there were. */
  skip(count: number): Promise<number>;
}

export function createByteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const reading = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  /** More bytes in `rest`, or false at the end. */
  const more = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const { done, value } = await reading.next();
      if (done === true) return false;
      rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  };
  /** Up to so many bytes of those that are here. */
  const cut = (count: number): Buffer => {
    const part = rest.subarray(0, count);
    rest = rest.subarray(part.length);
    return part;
  };
  return {
    async take(count) {
      const parts: Buffer[] = [];
      let length = 0;
      while (length < count && (await more())) {
        const part = cut(count - length);
        parts.push(part);
        length += part.length;
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    async skip(count) {
      let length = 0;
      while (length < count && (await more())) length += cut(count - length).length;
      return length;
    },
  };
}
