export { type CheckOptions, type CheckSource, checkImage } from "./check-image.ts";
export type { CheckName, ImageName, UbiAnswer, UbiOracle, Verdict } from "./checks/check.ts";
export { POLICIES, type Policy } from "./checks/index.ts";
export type { Contents, RpmEntry } from "./contents.ts";
export { ARCHITECTURES } from "./platforms.ts";
export { type CheckWithPreflightOptions, checkWithPreflight } from "./preflight/check-with-preflight.ts";
export type { CheckResult, ImageReport, Judge, Outcome, PlatformReport } from "./result.ts";
export { catalogOracle, listOracle, noOracle, RED_HAT_CATALOG } from "./ubi.ts";
