/** The 16 hex digits of the key that signed, of an OpenPGP signature packet (RFC 4880, 4.2 and 5.2). */
export function keyIdOf(packet: Buffer | undefined): string | undefined {
  if (packet === undefined) return undefined;
  try {
    const body = packet.subarray(headLength(packet));
    const version = body.readUInt8(0);
    if (version === 3) return body.toString("hex", 7, 15);
    return version === 4 ? issuerOf(body) : undefined;
  } catch {
    // A signature that is cut off names no key.
    return undefined;
  }
}

/** Tag and length, in the old form or the new one. */
function headLength(packet: Buffer): number {
  const tag = packet.readUInt8(0);
  if ((tag & 0x40) === 0) return 1 + ([1, 2, 4][tag & 3] ?? 0);
  const first = packet.readUInt8(1);
  if (first < 192) return 2;
  return first < 224 ? 3 : 6;
}

function issuerOf(body: Buffer): string | undefined {
  const hashed = body.subarray(6, 6 + body.readUInt16BE(4));
  const rest = body.subarray(6 + hashed.length);
  const unhashed = rest.subarray(2, 2 + rest.readUInt16BE(0));
  return issuerAmong(unhashed) ?? issuerAmong(hashed);
}

const ISSUER = 16;
const ISSUER_FINGERPRINT = 33;

function issuerAmong(subpackets: Buffer): string | undefined {
  for (let at = 0; at < subpackets.length; ) {
    const { length, start } = lengthAt(subpackets, at);
    const kind = subpackets.readUInt8(start) & 0x7f;
    const end = start + length;
    if (kind === ISSUER) return subpackets.toString("hex", start + 1, end);
    // The key's number is the end of its fingerprint.
    if (kind === ISSUER_FINGERPRINT) return subpackets.toString("hex", end - 8, end);
    at = end;
  }
  return undefined;
}

function lengthAt(bytes: Buffer, at: number): { readonly length: number; readonly start: number } {
  const first = bytes.readUInt8(at);
  if (first < 192) return { length: first, start: at + 1 };
  if (first < 255) return { length: ((first - 192) << 8) + bytes.readUInt8(at + 1) + 192, start: at + 2 };
  return { length: bytes.readUInt32BE(at + 1), start: at + 5 };
}
