import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program, as it is shipped. */
export const mirror = join(fileURLToPath(import.meta.url), "../../dist/cli.cjs");

export const mirrorIsBuilt = existsSync(mirror);
