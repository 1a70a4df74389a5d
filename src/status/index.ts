export { surveyArchive } from "./archive.ts";
export type { Cell, Extra, Row, Status, Upstream } from "./status.ts";
export { type SurveyOptions, survey } from "./survey.ts";
export { type Verdict, verdictOf } from "./verdict.ts";
export type { Verification, Wrong } from "./verification.ts";
export { verifyInArchive } from "./verify-archive.ts";
export { type VerifyTargetOptions, verifyAtTarget } from "./verify-target.ts";
