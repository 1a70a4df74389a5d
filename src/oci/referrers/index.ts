export {
  createReferrerCopier,
  type ReferrerCopier,
  type ReferrerRequest,
  type ReferrersCopied,
  type ReferrersOnTheirWay,
} from "./copier.ts";
export { isSigned } from "./is-signed.ts";
export { NO_REFERRERS, type ReferrerCounts, type ReferrerKind } from "./referrer.ts";
export { type Subjects, subjectsOf } from "./subjects.ts";
