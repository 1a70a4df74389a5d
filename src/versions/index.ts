export {
  type Candidate,
  type Choice,
  type ChoiceRule,
  chooseVersion,
  nearestRejected,
  type Rejected,
} from "./choose.ts";
export { matching, versionUnder } from "./pattern.ts";
export { inRange } from "./range.ts";
export { compareVersions, isPrerelease, parseVersion, toSemver, type Version } from "./version.ts";
