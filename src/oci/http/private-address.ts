import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addAddress("::", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

/** True for an IP address of this machine or a private network (RFC 1918, 4193, 6598, link-local). */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** The IP address that a URL's host is, or undefined where it is a name. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.endsWith(".localhost")) return "127.0.0.1";
  return isIP(host) === 0 ? undefined : host;
}

/** Looks a name up as the system does, and refuses (`EPRIVATE`) one that stands for a private address. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const secret = addresses.find(({ address }) => isPrivateAddress(address));
    if (secret !== undefined) return callback(privateError(hostname), []);
    const [first] = addresses;
    if (options.all === true) return callback(null, addresses);
    callback(null, first?.address ?? "", first?.family);
  });
};

/** The error for a referral to a private address. */
export function privateError(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is a private address`), { code: "EPRIVATE" });
}
