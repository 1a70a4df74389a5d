export { surveyArchive } from "./archive.ts";
export type { Cell, Extra, Row, Status, Upstream } from "./status.ts";
export { type SurveyOptions, survey } from "./survey.ts";
export { type Verdict, verdictOf } from "./verdict.ts";
