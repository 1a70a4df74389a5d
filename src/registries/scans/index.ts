import type { Registry } from "../../config/index.ts";
import type { Digest } from "../../oci/index.ts";
import type { RegistryApi } from "../api.ts";
import { harborScan } from "./harbor.ts";
import { quayScan } from "./quay.ts";
import type { Scan } from "./scan.ts";

export { type Finding, isWorse, type Scan } from "./scan.ts";

/** Reads the scan of an image of one architecture by its repository and digest. */
export type ScanReader = (repository: string, digest: Digest, signal: AbortSignal) => Promise<Scan>;

/** How scans of a registry are read; undefined where it has none that are known. */
export function scanReaderOf(registry: Registry, api: RegistryApi): ScanReader | undefined {
  switch (registry.type) {
    case "quay":
      return (repository, digest, signal) => quayScan(api, repository, digest, signal);
    case "harbor":
      return (repository, digest, signal) => harborScan(api, repository, digest, signal);
    default:
      return undefined;
  }
}
