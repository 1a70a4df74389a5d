import { gzipSync } from "node:zlib";
import { isManifest } from "../files.ts";
import type { BundleCheck } from "./check.ts";

const MOST = 1024 * 1024;

/** OLM unpacks a bundle into a ConfigMap, which holds a mebibyte of what gzip makes of it. */
export const size: BundleCheck = {
  name: "size",
  *judge({ csv, files }) {
    const bytes = files.filter(isManifest).reduce((sum, file) => sum + gzipSync(file.bytes).length, 0);
    if (bytes <= MOST * 0.85) return;
    yield {
      level: bytes > MOST ? "error" : "warning",
      message: `The manifests have ${Math.ceil(bytes / 1024)} KiB compressed, and 1024 is the most`,
      hint: "Shorten the descriptions of CRDs: they are most of it",
      place: csv.placeOf(),
    };
  },
};
